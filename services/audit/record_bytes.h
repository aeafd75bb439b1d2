// Reads a stored record without its notices: most of its bytes, and no part of a state.
#ifndef OVERDRACHT_SERVICES_AUDIT_RECORD_BYTES_H_
#define OVERDRACHT_SERVICES_AUDIT_RECORD_BYTES_H_

#include <absl/strings/string_view.h>

#include <string>

#include "overdracht/journal/v1/record.pb.h"

namespace overdracht::audit {

// False: the bytes are no record. `scratch` is reused.
bool ParseWithoutNotices(absl::string_view bytes, std::string* scratch, journal::v1::Record* record);

}  // namespace overdracht::audit

#endif  // OVERDRACHT_SERVICES_AUDIT_RECORD_BYTES_H_
