/* Nothing is wrong: built for a later, longer MortiseHost, the plugin asks for each unknown field first, and `codes` says what it found. */
#include "skeleton.h"
#include "json.h"

typedef struct LaterHost {
  union {
    uint32_t size;
    MortiseHost known;
  };
  FfiResult (*later)(const MortiseHost* host);
  const char* much_later;
} LaterHost;

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  const LaterHost* host = (const LaterHost*)context->host;
  Json codes = {"", 0};
  (void)error;
  json_number(&codes, "size", host->size);
  json_number(&codes, "extension", MORTISE_HAS(&host->known, MortiseHost, extension));
  json_number(&codes, "later", MORTISE_HAS(host, LaterHost, later));
  json_number(&codes, "much_later", MORTISE_HAS(host, LaterHost, much_later));
  json_number(&codes, "unknown_extension", host->known.extension(&host->known, "mortise.of-the-future/1") != NULL);
  return json_set(&codes, "}", context, "codes");
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
