// Ids for those who give none.
#ifndef OVERDRACHT_SERVICES_EDGE_RANDOM_ID_H_
#define OVERDRACHT_SERVICES_EDGE_RANDOM_ID_H_

#include <string>

namespace overdracht::edge {

// A new id for an event of somebody who gives none: a UUID (RFC 9562, version 4), as text.
std::string RandomId();

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_RANDOM_ID_H_
