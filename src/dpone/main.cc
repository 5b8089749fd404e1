#include "dpone/cli/app.h"

int main(int argc, char** argv) { return dpone::cli::main_entry({argv, static_cast<std::size_t>(argc)}); }
