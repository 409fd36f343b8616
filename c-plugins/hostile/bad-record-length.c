/* The record is good, but for a manifest that would end far outside the section, and overflow if added up: a good host refuses the file unopened. */
#include "skeleton.h"

MORTISE_IN_RECORD_SECTION static const MortiseRecord record = {
    .magic = {'\x7f', 'M', 'O', 'R', 'T', 'I', 'S', 'E'},
    .format = MORTISE_RECORD_FORMAT,
    .record_size = sizeof(MortiseRecord),
    .abi_major = MORTISE_ABI_MAJOR,
    .abi_minor = MORTISE_ABI_MINOR,
    .word = MORTISE_WORD,
    .language = MORTISE_LANGUAGE_C,
    .header_version = MORTISE_HEADER_VERSION,
    .size_vtable = sizeof(PluginVTable),
    .size_slice = sizeof(FfiSlice),
    .size_dependency = sizeof(FfiPluginDependency),
    .size_stage_requirement = sizeof(FfiStageRequirement),
    .size_value = sizeof(MortiseValue),
    .size_error = sizeof(MortiseError),
    .size_host = sizeof(MortiseHost),
    .size_context = sizeof(MortiseContext),
    .size_stage = sizeof(MortiseStage),
    .size_registry = sizeof(MortiseRegistry),
    .manifest_length = UINT64_MAX - 64,
};

FIXTURE(.name = FIXTURE_STEM)
