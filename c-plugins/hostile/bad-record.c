/* The record's own size is nonsense, so that the manifest would begin outside the section: a good host refuses the file unopened. */
#include "skeleton.h"

MORTISE_IN_RECORD_SECTION static const MortiseRecord record = {
    .magic = {'\x7f', 'M', 'O', 'R', 'T', 'I', 'S', 'E'},
    .format = MORTISE_RECORD_FORMAT,
    .record_size = 0xfffffff0u,
    .abi_major = MORTISE_ABI_MAJOR,
    .abi_minor = MORTISE_ABI_MINOR,
    .word = MORTISE_WORD,
    .header_version = MORTISE_HEADER_VERSION,
    .manifest_length = 32,
};

FIXTURE(.name = FIXTURE_STEM)
