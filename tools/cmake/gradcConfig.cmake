# find_package(gradc): the target gradc::gradc, the runtime, and
#
#   gradc_add_model(target model.nn... [STANDALONE] [PRECISION float32|float64] [PREFIX name]
#                   [SIZES H=64...] [INCLUDE_DIRECTORIES folder...] [OPTIONS option...])
#
# which compiles programs into the target: an executable or library that there is, or else a new static library. Who
# links the target can include the headers, model.h. STANDALONE is what to write if the runtime is not to be linked; a
# project that is compiled for another machine gets it by itself, as the runtime is one for this machine.
#
# GRADC_EXECUTABLE is the command: that of this installation, or when cross-compiling the one in PATH.

get_filename_component(_gradc_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(CMAKE_CROSSCOMPILING)
    find_program(GRADC_EXECUTABLE gradc NO_CMAKE_FIND_ROOT_PATH)
else()
    find_program(GRADC_EXECUTABLE gradc HINTS "${_gradc_prefix}/bin" NO_CMAKE_FIND_ROOT_PATH)
endif()
if(NOT GRADC_EXECUTABLE)
    set(gradc_FOUND FALSE)
    set(gradc_NOT_FOUND_MESSAGE "the command gradc is not in PATH; set GRADC_EXECUTABLE to it")
    return()
endif()

if(NOT TARGET gradc::gradc)
    add_library(gradc::gradc STATIC IMPORTED)
    set_target_properties(gradc::gradc PROPERTIES
        IMPORTED_LOCATION "${_gradc_prefix}/lib/libgradc.a"
        INTERFACE_INCLUDE_DIRECTORIES "${_gradc_prefix}/include"
        INTERFACE_LINK_LIBRARIES m)
endif()

function(gradc_add_model target)
    if(POLICY CMP0116)
        cmake_policy(SET CMP0116 NEW) # the rules of gradc -MD have whole paths
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 MODEL "STANDALONE" "PRECISION;PREFIX" "SIZES;INCLUDE_DIRECTORIES;OPTIONS")
    if(NOT MODEL_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "gradc_add_model(${target}): name the program, model.nn")
    endif()

    set(options ${MODEL_OPTIONS})
    if(MODEL_STANDALONE OR CMAKE_CROSSCOMPILING)
        set(MODEL_STANDALONE TRUE)
        list(APPEND options --standalone)
    endif()
    if(MODEL_PRECISION)
        list(APPEND options --precision=${MODEL_PRECISION})
    endif()
    if(MODEL_PREFIX)
        list(APPEND options --prefix=${MODEL_PREFIX})
    endif()
    foreach(size IN LISTS MODEL_SIZES)
        list(APPEND options -D${size})
    endforeach()
    foreach(folder IN LISTS MODEL_INCLUDE_DIRECTORIES)
        get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
        list(APPEND options "-I${folder}")
    endforeach()

    set(folder "${CMAKE_CURRENT_BINARY_DIR}/gradc/${target}")
    file(MAKE_DIRECTORY "${folder}")
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    set(sources)
    foreach(program IN LISTS MODEL_UNPARSED_ARGUMENTS)
        get_filename_component(program "${program}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
        get_filename_component(name "${program}" NAME_WE)
        set(imports)
        if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.20 OR CMAKE_GENERATOR STREQUAL "Ninja")
            set(imports DEPFILE "${folder}/${name}.d")
        endif()
        add_custom_command(
            OUTPUT "${folder}/${name}.c" "${folder}/${name}.h"
            COMMAND "${GRADC_EXECUTABLE}" ${options} -MD -MP -o "${folder}/${name}.c" "${program}"
            DEPENDS "${program}" "${GRADC_EXECUTABLE}" ${imports}
            COMMENT "gradc ${name}.nn" VERBATIM)
        list(APPEND sources "${folder}/${name}.c" "${folder}/${name}.h")
        if(NOT "C" IN_LIST languages)
            set_source_files_properties("${folder}/${name}.c" PROPERTIES LANGUAGE CXX)
        endif()
    endforeach()

    if(TARGET ${target})
        target_sources(${target} PRIVATE ${sources})
    else()
        add_library(${target} STATIC ${sources})
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    endif()
    target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${folder}>")
    if(NOT MODEL_STANDALONE)
        target_link_libraries(${target} PUBLIC gradc::gradc)
    else()
        target_link_libraries(${target} PUBLIC m)
    endif()
endfunction()
