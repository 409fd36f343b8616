/* What the plugin offers: one stage for each kind, all of which run the same functions. */
#include "mortise_manifest.h"
#include "stage.h"

/* stage.c reads the kind back from `state`. */
#define STAGE(id_, name_, description_, key_, probe_)                                                                    \
  MORTISE_STAGE(id_, stage_execute, .name = name_, .description = description_, .dry_run = stage_dry_run,               \
                .state = &(struct StageKind){key_, probe_})

static const MortiseStage stages[] = {
    STAGE("environment:os", "Operating system", "Reads the distribution, its version, the kernel and the architecture.", "environment.os", probe_os),
    STAGE("environment:cpu", "Processor", "Reads the processor's model, counts and the features that decide what can run.", "environment.cpu", probe_cpu),
    STAGE("environment:memory", "Memory", "Reads how much memory and swap there is.", "environment.memory", probe_memory),
    STAGE("environment:gpu", "Graphics", "Lists the display controllers on the PCI bus with their drivers.", "environment.gpu", probe_gpu),
    STAGE("environment:iommu", "IOMMU", "Reads whether devices are isolated by an IOMMU, and by which kind.", "environment.iommu", probe_iommu),
};

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  (void)instance;
  return stage_check_options(host, error);
}

/* Early among third parties: others may want to know the machine. */
MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .init = init, .priority = MORTISE_PRIORITY(FFI_PRIORITY_THIRD_PARTY_HIGH, 110))
