/* Bytes that somebody else owns. */
#ifndef MORTISE_KIT_VIEW_H
#define MORTISE_KIT_VIEW_H

#include <stdbool.h>
#include <string.h>

#include "../value.h"

/* Lives as long as what it was taken from. Text from the host ends in a NUL that `length` does not count; text of a plugin's own need not. */
typedef struct MortiseView {
  const char* data; /* never NULL */
  size_t length;    /* bytes */
} MortiseView;

/* The two arguments of a `%.*s`: printf("%.*s", MORTISE_PRINT(view)). It ends at the first NUL. */
#define MORTISE_PRINT(view) mortise_view_precision(view), (view).data

static inline int mortise_view_precision(MortiseView view) {
  return view.length < 0x7fffffff ? (int)view.length : 0x7fffffff;
}

/* text: NUL-terminated. */
static inline MortiseView mortise_view(const char* text) {
  MortiseView view;
  view.data = text;
  view.length = strlen(text);
  return view;
}

/* text: NUL-terminated. Whether the view has exactly these bytes. */
static inline bool mortise_view_is(MortiseView view, const char* text) {
  size_t length = strlen(text);
  return view.length == length && memcmp(view.data, text, length) == 0;
}

/* What a STRING, BYTES or JSON holds. */
static inline MortiseView mortise_view_of(const MortiseValue* value) {
  MortiseView view;
  view.data = value->as.data != NULL ? (const char*)value->as.data : "";
  view.length = (size_t)value->length;
  return view;
}

#endif
