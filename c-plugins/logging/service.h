/* The service `log`: the log for other plugins. */
#ifndef LOGGING_SERVICE_H
#define LOGGING_SERVICE_H

#include "mortise.h"

/* The table of "mortise.services/1". */
extern const MortiseServicesExtension services_extension;

#endif
