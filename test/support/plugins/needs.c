/* Nothing is wrong: one stage; needs the plugin FIXTURE_NEEDS, if the build says so. */
#include "skeleton.h"

#ifdef FIXTURE_NEEDS
static const FfiPluginDependency needed[] = {{FIXTURE_NEEDS, NULL, true}};
#endif

static const Stage stages[] = {{.id = FIXTURE_STEM ":run"}, {0}};

#ifdef FIXTURE_NEEDS
FIXTURE(.stages = stages, .dependencies = SLICE(needed))
#else
FIXTURE(.stages = stages)
#endif
