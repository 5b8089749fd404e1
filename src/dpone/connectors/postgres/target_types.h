// Types that the source's columns need at the target: the same there, to be created, or an obstacle. Describing a
// target finds them for all columns; a proposal evaluates those of the selected columns.
#pragma once

#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/types.h"
#include "dpone/ports/facts.h"

namespace dpone::postgres {

// Sets NativeTarget::needed and extension_types. Reads the catalog only.
Status compare_types(Connection& connection, const SourceFacts& source, TargetFacts& target);

// Which of the types that the source's values had where they came from are built in here: sets
// NativeTarget::origin_types. Reads the catalog only.
Status find_origin_types(Connection& connection, const SourceFacts& source, TargetFacts& target);

// How to declare a column of a source that is not PostgreSQL, from the result of find_origin_types. Pure.
DeclaredType declare_column(const SourceColumn& from, const NativeTarget& described);

// From what compare_types found: sets NativeTarget::create_types in `proposed` and appends obstacles, for the types of
// `columns` that `described` lacks, or has in a column of the same type. Pure.
void propose_types(const TargetFacts& described, const SourceFacts& source, const std::vector<std::string>& columns,
                   TargetFacts& proposed);

// The source's facts about a column's type, adapted to the target: its version, its
// extension versions, and its obstacles to binary. Pure.
NativeTarget::Type proposed_type(const NativeSource& source, const std::string& column, const NativeTarget& described);
// The name of the type of a source's column at the target: an extension may be in another schema there. Pure.
std::string proposed_native_type(const std::string& at_source, const NativeTarget& described);

}  // namespace dpone::postgres
