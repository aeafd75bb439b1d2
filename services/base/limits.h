// Bounds on what comes in from outside. Source: docs/events.md, docs/workflow-language.md.
#ifndef OVERDRACHT_SERVICES_BASE_LIMITS_H_
#define OVERDRACHT_SERVICES_BASE_LIMITS_H_

#include <cstddef>

namespace overdracht::base {

inline constexpr size_t kMaxEventBytes = 65536;
inline constexpr size_t kMaxWorkflowFileBytes = 1 << 20;
// A workflow with all that it extends, as it is deployed: one record of the journal, and Kafka takes no larger one than 900,000 bytes.
inline constexpr size_t kMaxDefinitionBytes = 512 << 10;
inline constexpr int kMaxYamlDepth = 32;
inline constexpr size_t kMaxStates = 1000;
inline constexpr size_t kMaxTasks = 1000;
// Transitions taken within one decision; more is a chart that never comes to rest.
inline constexpr int kMaxMicrosteps = 100;

}  // namespace overdracht::base

#endif  // OVERDRACHT_SERVICES_BASE_LIMITS_H_
