// What follows from a state, step by step (follow.cc calls them in turn until nothing changes). Each says whether it changed anything.
#ifndef OVERDRACHT_SERVICES_ENGINE_FOLLOW_FOLLOW_H_
#define OVERDRACHT_SERVICES_ENGINE_FOLLOW_FOLLOW_H_

#include "services/engine/work.h"

namespace overdracht::engine {

bool FollowTasks(Work* work);
bool FollowInterruption(Work* work);  // begins or ends with the episode's stay
void FollowOwners(Work* work);        // open tasks move to whom the role, or the responsibility, has moved
bool FollowChart(Work* work, const event::v1::Event* event);

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_FOLLOW_FOLLOW_H_
