/* MortiseRegistry: takes copies of a plugin's stages. What the plugin points at is data until proved, and is only read through checked reads. */
#include <stdio.h>
#include <string.h>

#include "allocation.h"
#include "bytes.h"
#include "plugin.h"
#include "utf8.h"

static inline MortisePlugin* plugin_of_registry(const MortiseRegistry* registry) {
  return (MortisePlugin*)((char*)(uintptr_t)registry - offsetof(MortisePlugin, registry));
}

/* One half of an id, [a-z0-9][a-z0-9._-]*: its length, or 0. */
static size_t id_half(const char* text) {
  size_t length = 0;
  for (;; length++) {
    const char c = text[length];
    const bool first = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!first && (length == 0 || (c != '.' && c != '_' && c != '-'))) return length;
  }
}

static bool is_stage_id(const char* id) {
  const size_t namespace_ = id_half(id);
  if (namespace_ == 0 || id[namespace_] != ':') return false;
  const size_t stage = id_half(id + namespace_ + 1);
  return stage > 0 && id[namespace_ + 1 + stage] == 0;
}

/* Copies the plugin's struct as far as its size says, and no byte further. */
static FfiResult read_stage(uintptr_t address, MortiseStage* copy, MortiseError* error) {
  uint32_t size;
  memset(copy, 0, sizeof *copy);
  if (mortise_memory_read(&size, address, sizeof size) != sizeof size) {
    return mortise_fail(error, MORTISE_INVALID_DATA, "the stage cannot be read");
  }
  if (size < MORTISE_END_OF(MortiseStage, execute)) {
    return mortise_fail(error, MORTISE_INVALID_DATA, "the stage's size does not reach the end of execute");
  }
  const size_t wanted = size < sizeof *copy ? size : sizeof *copy;
  if (mortise_memory_read(copy, address, wanted) != wanted) {
    return mortise_fail(error, MORTISE_INVALID_DATA, "the stage cannot be read up to its size");
  }
  /* Part of a field is no field. */
  if (size < MORTISE_END_OF(MortiseStage, dry_run)) copy->dry_run = NULL;
  if (size < MORTISE_END_OF(MortiseStage, destroy)) copy->destroy = NULL;
  if ((copy->flags & ~(uint32_t)MORTISE_STAGE_QUICK) != 0) return mortise_fail(error, MORTISE_INVALID_DATA, "the stage has unknown flags");
  if (copy->id == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "the stage's id is NULL");
  if (copy->execute == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "the stage's execute is NULL");
  return MORTISE_OK;
}

/* Copies an optional text of the plugin to buffer (MORTISE_MAX_STRING + 1 bytes); a missing one is empty. */
static FfiResult read_text(char* buffer, const char* text, uint32_t* length, MortiseError* error, const char* unreadable, const char* too_long,
                           const char* not_utf8) {
  *length = 0;
  buffer[0] = 0;
  if (text == NULL) return MORTISE_OK;
  const int64_t read = mortise_memory_read_string(buffer, MORTISE_MAX_STRING + 1, (uintptr_t)text);
  if (read == -1) return mortise_fail(error, MORTISE_INVALID_DATA, unreadable);
  if (read < 0) return mortise_fail(error, MORTISE_TOO_LARGE, too_long);
  if (!utf8_valid(buffer, (size_t)read)) return mortise_fail(error, MORTISE_UTF8_ERROR, not_utf8);
  *length = (uint32_t)read;
  return MORTISE_OK;
}

static bool has_stage(const Stages* stages, const char* id) {
  for (size_t i = 0; i < stages->count; i++) {
    if (strcmp(stages->items[i]->id, id) == 0) return true;
  }
  return false;
}

/* The three strings of a stage while it is being registered. */
typedef struct Texts {
  char id[MORTISE_MAX_STAGE_ID + 1];
  char name[MORTISE_MAX_STRING + 1];
  char description[MORTISE_MAX_STRING + 1];
  uint32_t id_length;
  uint32_t name_length;
  uint32_t description_length;
} Texts;

static FfiResult read_texts(Texts* texts, const MortiseStage* copy, MortiseError* error) {
  const int64_t length = mortise_memory_read_string(texts->id, sizeof texts->id, (uintptr_t)copy->id);
  if (length == -1) return mortise_fail(error, MORTISE_INVALID_DATA, "the stage's id cannot be read");
  if (length < 0) return mortise_fail(error, MORTISE_TOO_LARGE, "the stage's id is longer than 128 bytes");
  if (!utf8_valid(texts->id, (size_t)length)) return mortise_fail(error, MORTISE_UTF8_ERROR, "the stage's id is not UTF-8");
  if (!is_stage_id(texts->id)) {
    return mortise_fail(error, MORTISE_INVALID_DATA, "the stage's id is not \"namespace:stage\", each half [a-z0-9][a-z0-9._-]*");
  }
  texts->id_length = (uint32_t)length;
  const FfiResult result =
      read_text(texts->name, copy->name, &texts->name_length, error, "the stage's name cannot be read",
                "the stage's name is longer than 65536 bytes", "the stage's name is not UTF-8");
  if (result != MORTISE_OK) return result;
  return read_text(texts->description, copy->description, &texts->description_length, error, "the stage's description cannot be read",
                   "the stage's description is longer than 65536 bytes", "the stage's description is not UTF-8");
}

static Stage* make_stage(MortisePlugin* plugin, const MortiseStage* copy, const Texts* texts) {
  Stage* stage = allocate_zeroed(sizeof *stage + texts->id_length + texts->name_length + texts->description_length + 3);
  if (stage == NULL) return NULL;
  char* text = (char*)(stage + 1);
  stage->id = memcpy(text, texts->id, texts->id_length + 1);
  stage->name = memcpy(text += texts->id_length + 1, texts->name, texts->name_length + 1);
  stage->description = memcpy(text + texts->name_length + 1, texts->description, texts->description_length + 1);
  stage->id_length = texts->id_length;
  stage->name_length = texts->name_length;
  stage->description_length = texts->description_length;
  stage->set = plugin->stages;
  stage->plugin = plugin;
  stage->flags = copy->flags;
  stage->state = copy->state;
  stage->execute = copy->execute;
  stage->dry_run = copy->dry_run;
  stage->destroy = copy->destroy;
  return stage;
}

/* The registration is open, and belongs to the calling thread: nobody else touches the plugin's stages meanwhile. */
static FfiResult add_stage(MortisePlugin* plugin, const MortiseStage* copy, Texts* texts, MortiseError* error) {
  Stages* stages = plugin->stages;
  const FfiResult read = read_texts(texts, copy, error);
  if (read != MORTISE_OK) return read;
  if (has_stage(stages, texts->id)) return mortise_fail(error, MORTISE_EXISTS, "this plugin has registered a stage with that id");
  if (stages->count >= MORTISE_MAX_STAGES) return mortise_fail(error, MORTISE_TOO_LARGE, "a plugin may register 1024 stages");
  Stage* stage = NULL;
  if (array_reserve((void**)&stages->items, &stages->capacity, stages->count, sizeof *stages->items, 8)) stage = make_stage(plugin, copy, texts);
  if (stage == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "no memory for the stage");
  stages->items[stages->count++] = stage;
  return MORTISE_OK;
}

static FfiResult take_stage(const MortiseRegistry* registry, const MortiseStage* stage, MortiseError* error) {
  if (registry == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "registry is NULL");
  MortisePlugin* plugin = plugin_of_registry(registry);
  mutex_lock(&plugin->lock);
  const bool allowed = plugin->session != NULL && plugin->registering && plugin->registering_thread == thread_self();
  mutex_unlock(&plugin->lock);
  if (!allowed) return mortise_fail(error, MORTISE_WRONG_STATE, "stages can be registered inside register_stages only, by its thread");
  if (stage == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "stage is NULL");
  if ((uintptr_t)stage % MORTISE_WORD != 0) return mortise_fail(error, MORTISE_INVALID_DATA, "the stage is not aligned to a word");

  MortiseStage copy;
  const FfiResult read = read_stage((uintptr_t)stage, &copy, error);
  if (read != MORTISE_OK) return read;
  Texts* texts = allocate(sizeof *texts); /* too large for a stack that belongs to somebody else */
  if (texts == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "no memory for the stage");
  const FfiResult result = add_stage(plugin, &copy, texts, error);
  release(texts);
  return result;
}

/* Keeps the reason for whoever asks why register_stages failed: authors often pass no MortiseError. */
static void remember_refusal(MortisePlugin* plugin, const MortiseStage* stage, const MortiseText* reason) {
  MortiseStage copy;
  char id[MORTISE_MAX_STAGE_ID + 1];
  const bool has_id = stage != NULL && read_stage((uintptr_t)stage, &copy, NULL) == MORTISE_OK &&
                      mortise_memory_read_string(id, sizeof id, (uintptr_t)copy.id) >= 0 && utf8_valid(id, strlen(id));
  mutex_lock(&plugin->lock);
  snprintf(plugin->refusal, sizeof plugin->refusal, "%s%s%s%.*s", has_id ? "\"" : "", has_id ? id : "a stage", has_id ? "\": " : ": ",
           (int)reason->length, reason->data);
  mutex_unlock(&plugin->lock);
}

static FfiResult register_stage(const MortiseRegistry* registry, const MortiseStage* stage, MortiseError* error) {
  if (error != NULL && error->size < MORTISE_END_OF(MortiseError, message)) return MORTISE_INVALID_DATA;
  char text[256];
  MortiseError detail = {(uint32_t)sizeof detail, MORTISE_OK, {text, sizeof text, 0}};
  const FfiResult result = take_stage(registry, stage, &detail);
  if (result == MORTISE_OK) return result;
  if (registry != NULL) remember_refusal(plugin_of_registry(registry), stage, &detail.message);
  if (error != NULL) {
    error->code = result;
    mortise_text_set(&error->message, detail.message.data, detail.message.length);
  }
  return result;
}

void registry_prepare(MortisePlugin* plugin) {
  plugin->registry.size = (uint32_t)sizeof plugin->registry;
  plugin->registry.reserved = 0;
  plugin->registry.host = &plugin->host;
  plugin->registry.register_stage = register_stage;
}

const MortiseRegistry* mortise_registry_open(MortisePlugin* plugin) {
  mutex_lock(&plugin->lock);
  plugin->registering = true;
  plugin->refusal[0] = 0;
  plugin->registering_thread = thread_self();
  mutex_unlock(&plugin->lock);
  return &plugin->registry;
}

uint32_t mortise_registry_close(MortisePlugin* plugin) {
  mutex_lock(&plugin->lock);
  plugin->registering = false;
  const uint32_t count = (uint32_t)plugin->stages->count;
  mutex_unlock(&plugin->lock);
  return count;
}

size_t mortise_registry_stage(MortisePlugin* plugin, uint32_t index, uint8_t* buffer, size_t capacity) {
  if (index >= plugin->stages->count) return 0;
  const Stage* stage = plugin->stages->items[index];
  const MortiseStageRecord record = {
      (uint64_t)(uintptr_t)stage,
      (uint64_t)(uintptr_t)stage->state,
      (uint64_t)(uintptr_t)stage->execute,
      (uint64_t)(uintptr_t)stage->dry_run,
      (uint64_t)(uintptr_t)stage->destroy,
      stage->flags,
      stage->id_length,
      stage->name_length,
      stage->description_length,
  };
  const size_t needed =
      sizeof record + padded(stage->id_length) + padded(stage->name_length) + padded(stage->description_length);
  if (needed > capacity) return needed;
  Writer writer = {buffer, capacity, 0};
  write_padded(&writer, &record, sizeof record);
  write_padded(&writer, stage->id, stage->id_length);
  write_padded(&writer, stage->name, stage->name_length);
  write_padded(&writer, stage->description, stage->description_length);
  return needed;
}

size_t mortise_registry_refusal(MortisePlugin* plugin, char* buffer, size_t capacity) {
  mutex_lock(&plugin->lock);
  const size_t length = strlen(plugin->refusal);
  if (length < capacity) memcpy(buffer, plugin->refusal, length + 1);
  mutex_unlock(&plugin->lock);
  return length;
}
