#include "services/audit/record_bytes.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace overdracht::audit {

using google::protobuf::internal::WireFormatLite;

bool ParseWithoutNotices(absl::string_view bytes, std::string* scratch, journal::v1::Record* record) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  scratch->clear();
  int copied = 0;  // what lies before it is in scratch, or was left out
  for (int begin = 0; const uint32_t tag = in.ReadTag(); begin = in.CurrentPosition()) {
    if (!WireFormatLite::SkipField(&in, tag)) return false;
    if (WireFormatLite::GetTagFieldNumber(tag) != journal::v1::Record::kNoticesFieldNumber) continue;
    scratch->append(bytes.data() + copied, begin - copied);
    copied = in.CurrentPosition();
  }
  if (!in.ConsumedEntireMessage()) return false;
  scratch->append(bytes.data() + copied, bytes.size() - copied);
  return record->ParseFromString(*scratch);
}

}  // namespace overdracht::audit
