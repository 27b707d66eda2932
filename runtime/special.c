/* special.c: functions that C's mathematics library lacks. */
#include "gradc.h"

#include <math.h>

GRADC_API double gradc_uniform(int32_t seed, int32_t index)
{
    uint64_t z = ((uint64_t)(uint32_t)seed << 32 | (uint32_t)index) + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (double)(z >> 40) * 0x1p-24;
}

GRADC_API float gradc_uniformf(int32_t seed, int32_t index)
{
    return (float)gradc_uniform(seed, index);
}
