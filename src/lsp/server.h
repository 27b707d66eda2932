/* server.h: the language server, gradc --lsp: JSON-RPC 2.0 on standard input and output, messages framed by
 * Content-Length, as the Language Server Protocol 3.17 has it. */
#ifndef GRADC_SERVER_H
#define GRADC_SERVER_H

#include "elaborate.h"

/* Until `exit` or the end of the input. The exit status: 0 if `shutdown` came before. */
int serve(const struct elaborate_options *options, struct warnings warnings);

#endif
