/* Nothing is wrong, and no slice is empty: a good host reads every item and gives every value back once. */
#include "skeleton.h"

static const FfiVersionRange ranges[] = {{"*"}, {">=1.0.0, <2.0.0"}};
static const FfiPluginDependency dependencies[] = {{"not-installed", ">=1.0.0", false}, {"not-installed-either", NULL, false}};
static const FfiStageRequirement stages[] = {{FIXTURE_STEM ":run", true, true}, {"not-installed:run", false, false}};
static const char* const conflicts[] = {"not-installed-rival"};
static const FfiPluginDependency incompatible[] = {{"not-installed-old", "<1.0.0", false}, {"not-installed-ever", NULL, false}};
static const Stage own[] = {{.id = FIXTURE_STEM ":run"}, {0}};

FIXTURE(.priority = {FFI_PRIORITY_CORE, 80},
        .compatible_api_versions = SLICE(ranges),
        .dependencies = SLICE(dependencies),
        .required_stages = SLICE(stages),
        .conflicts_with = SLICE(conflicts),
        .incompatible_with = SLICE(incompatible),
        .stages = own)
