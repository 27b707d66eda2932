# Completion of gradc for fish: options as `gradc --help` tells them, else .nn files.
complete -c gradc -a '(__fish_complete_suffix .nn)'
complete -c gradc -n 'string match -q -- "-*" (commandline -ct)' -a '(gradc --help 2> /dev/null | sed -n "s/^  \(-[^ ].*\)\$/\1/p" |
    sed "s/   .*//" | grep -oE -- "--?[A-Za-z][A-Za-z0-9-]*=?")'
