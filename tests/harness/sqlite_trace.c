// Writes down what SQLite executes in a program that is started with this library in LD_PRELOAD: each statement that
// begins, with the file of its database, as two texts that end with a zero byte. The file to write is named by
// SQLITE_TRACE_FILE. sqlite3.h is not needed, only the program's own libsqlite3.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
enum { kTraceStatement = 1 };  // SQLITE_TRACE_STMT

sqlite3* sqlite3_db_handle(sqlite3_stmt* statement);
const char* sqlite3_db_filename(sqlite3* database, const char* schema);
int sqlite3_trace_v2(sqlite3* database, unsigned mask, int (*callback)(unsigned, void*, void*, void*), void* context);

static int write_down(unsigned event, void* context, void* statement, void* text) {
  (void)event;
  (void)context;
  const char* const sql = text;
  // What SQLite does for a statement itself: triggers, the catalog's own updates.
  if (strncmp(sql, "--", 2) == 0) return 0;
  const char* const path = getenv("SQLITE_TRACE_FILE");
  const char* const file = sqlite3_db_filename(sqlite3_db_handle(statement), "main");
  const int out = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out < 0 || file == NULL) abort();
  const struct iovec parts[] = {{(void*)file, strlen(file) + 1}, {(void*)sql, strlen(sql) + 1}};
  if (writev(out, parts, 2) < 0) abort();
  close(out);
  return 0;
}

int sqlite3_open_v2(const char* path, sqlite3** database, int flags, const char* vfs) {
  int (*const open_database)(const char*, sqlite3**, int, const char*) = dlsym(RTLD_NEXT, "sqlite3_open_v2");
  const int code = open_database(path, database, flags, vfs);
  if (code == 0) sqlite3_trace_v2(*database, kTraceStatement, write_down, NULL);
  return code;
}
