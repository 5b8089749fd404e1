// The commands of dpone. Each is a row of the command table and a function from its arguments to an exit code; results
// go to stdout, everything else to stderr.
#pragma once

#include <span>

#include "dpone/cli/command_spec.h"

namespace dpone::cli {

std::span<const CommandSpec> commands();

// REQUIRES: `arguments.command` is a row of commands().
Result<int> execute(const ParsedArguments& arguments);

Result<int> run_command(const ParsedArguments& arguments);
Result<int> plan_command(const ParsedArguments& arguments);
Result<int> copy_command(const ParsedArguments& arguments);
Result<int> check_command(const ParsedArguments& arguments);
Result<int> reconcile_command(const ParsedArguments& arguments);
Result<int> cleanup_command(const ParsedArguments& arguments);
Result<int> connections_test_command(const ParsedArguments& arguments);
Result<int> state_inspect_command(const ParsedArguments& arguments);
Result<int> state_reset_command(const ParsedArguments& arguments);
Result<int> state_export_command(const ParsedArguments& arguments);
Result<int> docs_check_command(const ParsedArguments& arguments);
Result<int> init_command(const ParsedArguments& arguments);
Result<int> doctor_command(const ParsedArguments& arguments);
Result<int> connections_list_command(const ParsedArguments& arguments);
Result<int> connections_discover_command(const ParsedArguments& arguments);
Result<int> schema_print_command(const ParsedArguments& arguments);
Result<int> schema_manifest_command(const ParsedArguments& arguments);
Result<int> completion_command(const ParsedArguments& arguments);
Result<int> version_command(const ParsedArguments& arguments);

}  // namespace dpone::cli
