/* The same C functions through a hand-written Node-API addon. */
#include <node_api.h>

#include "metadata.h"
#include "stages.h"

static char kept[1 << 20];

static napi_value throw_error(napi_env env, const char* message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* open(path): name, after all metadata was read; the instance is kept, as destroy() of the last one. */
static Opened opened;

static napi_value addon_open(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value path_value, name;
  char path[4096];
  if (napi_get_cb_info(env, info, &count, &path_value, NULL, NULL) != napi_ok ||
      napi_get_value_string_utf8(env, path_value, path, sizeof path, &count) != napi_ok) {
    return throw_error(env, "open takes a path");
  }
  if (!open_table(path, &opened)) return throw_error(env, "the plugin cannot be opened");
  read_metadata(&opened);
  napi_create_string_utf8(env, opened.name, NAPI_AUTO_LENGTH, &name);
  return name;
}

static napi_value addon_destroy(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  opened.table.destroy(opened.table.instance);
  return NULL;
}

static napi_value addon_is_core(napi_env env, napi_callback_info info) {
  napi_value result;
  (void)info;
  napi_create_uint32(env, opened.table.is_core(opened.table.instance), &result);
  return result;
}

static bool buffer_argument(napi_env env, napi_callback_info info, void** data, size_t* length) {
  size_t count = 1;
  napi_value argument;
  return napi_get_cb_info(env, info, &count, &argument, NULL, NULL) == napi_ok &&
         napi_get_buffer_info(env, argument, data, length) == napi_ok && *length <= sizeof kept;
}

static napi_value addon_put(napi_env env, napi_callback_info info) {
  void* data;
  size_t length;
  if (!buffer_argument(env, info, &data, &length)) return throw_error(env, "put takes a buffer");
  memcpy(kept, data, length);
  return NULL;
}

static napi_value addon_take(napi_env env, napi_callback_info info) {
  void* data;
  size_t length;
  if (!buffer_argument(env, info, &data, &length)) return throw_error(env, "take takes a buffer");
  memcpy(data, kept, length);
  return NULL;
}

typedef struct Callbacks {
  napi_env env;
  napi_value self, get, set;
} Callbacks;

static int64_t get(void* data, const char* key) {
  const Callbacks* callbacks = data;
  napi_value name, result;
  int64_t value = 0;
  napi_create_string_utf8(callbacks->env, key, NAPI_AUTO_LENGTH, &name);
  napi_call_function(callbacks->env, callbacks->self, callbacks->get, 1, &name, &result);
  napi_get_value_int64(callbacks->env, result, &value);
  return value;
}

static void set(void* data, const char* key, int64_t value) {
  const Callbacks* callbacks = data;
  napi_value arguments[2], result;
  napi_create_string_utf8(callbacks->env, key, NAPI_AUTO_LENGTH, &arguments[0]);
  napi_create_int64(callbacks->env, value, &arguments[1]);
  napi_call_function(callbacks->env, callbacks->self, callbacks->set, 2, arguments, &result);
}

static napi_value addon_stages(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  Callbacks callbacks = {env, NULL, NULL, NULL};
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (count < 2) return throw_error(env, "stages takes get and set");
  napi_get_undefined(env, &callbacks.self);
  callbacks.get = arguments[0];
  callbacks.set = arguments[1];
  const Access access = {get, set, &callbacks};
  run_stages(&access);
  return NULL;
}

typedef struct Work {
  napi_async_work work;
  napi_deferred deferred;
} Work;

static void do_nothing(napi_env env, void* data) {
  (void)env;
  (void)data;
}

static void complete(napi_env env, napi_status status, void* data) {
  Work* work = data;
  napi_value nothing;
  (void)status;
  napi_get_undefined(env, &nothing);
  napi_resolve_deferred(env, work->deferred, nothing);
  napi_delete_async_work(env, work->work);
  free(work);
}

/* nothing(): a promise of an empty job on libuv's thread pool. */
static napi_value addon_nothing(napi_env env, napi_callback_info info) {
  napi_value promise, name;
  Work* work = malloc(sizeof *work);
  (void)info;
  napi_create_string_utf8(env, "bench", NAPI_AUTO_LENGTH, &name);
  napi_create_promise(env, &work->deferred, &promise);
  napi_create_async_work(env, NULL, name, do_nothing, complete, work, &work->work);
  napi_queue_async_work(env, work->work);
  return promise;
}

NAPI_MODULE_INIT() {
  static const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"open", addon_open},   {"destroy", addon_destroy}, {"isCore", addon_is_core}, {"put", addon_put},
                   {"take", addon_take},   {"stages", addon_stages},   {"nothing", addon_nothing}};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
