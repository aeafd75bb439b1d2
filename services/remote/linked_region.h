// A region that is elsewhere: it may be out of reach, and a service that ends waits for its answers.
#ifndef OVERDRACHT_SERVICES_REMOTE_LINKED_REGION_H_
#define OVERDRACHT_SERVICES_REMOTE_LINKED_REGION_H_

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "services/region/region.h"

namespace overdracht::remote {

class LinkedRegion : public region::Region {
 public:
  // OK: it is there, and the workflows are known; else why not.
  virtual absl::Status linked() const = 0;
  // Takes nothing in any more. Who waits then still has this long to get an answer, and after that is told UNAVAILABLE.
  virtual void Drain(absl::Duration patience) = 0;
  void Drain() { Drain(absl::Seconds(5)); }
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_LINKED_REGION_H_
