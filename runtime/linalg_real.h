/* linalg_real.h: dense factorisations for one precision. */
