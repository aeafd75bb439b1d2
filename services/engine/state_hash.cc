#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "services/base/sha256.h"
#include "services/engine/engine.h"

namespace overdracht::engine {

std::string StateHash(const journal::v1::Traject& traject) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    traject.SerializeToCodedStream(&out);
  }
  return base::Hex(base::Hasher("overdracht.state.v1").Add(bytes).Finish());
}

}  // namespace overdracht::engine
