/* status.c: status codes in words. */
#include "gradc.h"

GRADC_API const char *gradc_strerror(int status)
{
    switch (status) {
    case GRADC_OK: return "success";
    case GRADC_ENULL: return "a required pointer is NULL";
    case GRADC_ESIZE: return "a size is zero or too large, or sizes do not fit together";
    case GRADC_EINDEX: return "an index is out of range";
    case GRADC_ENUMERIC: return "a matrix is singular or not positive definite";
    case GRADC_EREQUIRE: return "a condition that the program requires does not hold";
    default: return "unknown status";
    }
}
