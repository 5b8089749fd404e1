#include "dpone/cli/manifest_schemas.h"

#include "dpone/connections/systems.h"

namespace dpone::cli {

manifest::Schemas manifest_schemas() {
  static const manifest::EndpointSchema schemas[] = {
      {"postgres", {}, {}, connections::connection_fields("postgres")},
  };
  return schemas;
}

}  // namespace dpone::cli
