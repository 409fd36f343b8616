/* The service `log`: the log for other plugins. */
#ifndef LOGGING_SERVICE_H
#define LOGGING_SERVICE_H

#include "mortise_logging.h"

extern const MortiseLogService log_service;

#endif
