/* Values of every type, at the ends of their ranges. */
#ifndef MORTISE_KITS_VALUES_H
#define MORTISE_KITS_VALUES_H

#include <stdbool.h>

#include "mortise.h"

#define SAMPLE_COUNT 20

/* index < SAMPLE_COUNT. Static. */
MortiseValue sample(uint32_t index);

/* Bit by bit: a NaN is the NaN it was. */
bool same_value(const MortiseValue* left, const MortiseValue* right);

#endif
