/* linalg.c: dense factorisations in both precisions. The text of linalg_real.h is compiled once for each. */
#include "gradc.h"
