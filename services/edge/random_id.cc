#include "services/edge/random_id.h"

#include <openssl/rand.h>

#include <array>

#include "services/base/check.h"
#include "services/base/uuid.h"

namespace overdracht::edge {

std::string RandomId() {
  std::array<unsigned char, 16> bytes;
  OVERDRACHT_CHECK(RAND_bytes(bytes.data(), bytes.size()) == 1, "the machine gives no random numbers");
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return base::FormatUuid({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace overdracht::edge
