#include "dpone/base/allocator.h"
#include "dpone/cli/app.h"

int main(int argc, char** argv) {
  dpone::limit_kept_memory();
  return dpone::cli::main_entry({argv, static_cast<std::size_t>(argc)});
}
