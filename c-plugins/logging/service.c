#include "service.h"

#include <string.h>

#include "level.h"
#include "log.h"
#include "mortise_logging.h"

static FfiResult write_line(uint32_t level, const char* tag, const char* message) {
  if (message == NULL) return MORTISE_NULL_POINTER;
  if (level_name(level) == NULL) return MORTISE_INVALID_DATA;
  if (tag == NULL) return log_write(level, message, strlen(message), NULL, 0);
  const MortiseField field = {"tag", NULL, mortise_string(tag, strlen(tag))};
  return log_write(level, message, strlen(message), &field, 1);
}

static const MortiseLogService service = {sizeof(MortiseLogService), 0, write_line, log_threshold};

static uint32_t count(const void* instance) {
  (void)instance;
  return 1;
}

static FfiResult describe(const void* instance, uint32_t index, MortiseService* described) {
  (void)instance;
  if (described == NULL) return MORTISE_NULL_POINTER;
  if (index != 0) return MORTISE_NOT_FOUND;
  described->flags = 0;
  described->name = MORTISE_LOG_SERVICE;
  described->version = MORTISE_LOG_SERVICE_VERSION;
  described->table = &service;
  return MORTISE_OK;
}

const MortiseServicesExtension services_extension = {sizeof(MortiseServicesExtension), 0, count, describe};
