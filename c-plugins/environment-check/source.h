/*
 * Files and folders of the machine that is looked at: everything below its root. Missing and unreadable are the same here: the value is
 * unknown. On systems without POSIX files everything is missing.
 */
#ifndef ENVIRONMENT_SOURCE_H
#define ENVIRONMENT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SOURCE_PATH 4096 /* bytes of a path, with the final NUL */

bool source_is_folder(const char* path);

/* Opens root/path for reading; NULL: missing. The caller closes it. */
FILE* source_open(const char* root, const char* path);

/*
 * Reads the next line into line, without its end, cut to capacity - 1 bytes; the rest of a longer line is skipped.
 * False at the end of the file.
 */
bool source_line(FILE* file, char* line, size_t capacity);

/* Reads the first line of root/path and trims blanks from its end. False: missing, or empty. */
bool source_read(const char* root, const char* path, char* line, size_t capacity);

/* Writes the last part of the path that the symbolic link root/path leads to. False: missing, or not a link. */
bool source_link(const char* root, const char* path, char* name, size_t capacity);

/* The names in the folder root/path in byte order, without those that begin with a dot. */
struct Names {
  char** items;
  size_t count;
  size_t capacity;
};

enum SourceList { SOURCE_LISTED, SOURCE_MISSING, SOURCE_NO_MEMORY };

/* names must be zero and is to be freed in any case. */
enum SourceList source_list(const char* root, const char* path, struct Names* names);
void source_free_names(struct Names* names);

/* This machine's own answers, for the root "/" where a file has none. False: there are none. */
bool source_uname(char* kernel, char* architecture, size_t capacity);

#endif
