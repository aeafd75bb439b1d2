// For the kill tests: OVERDRACHT_FAILPOINT=append|answer|project:N kills the process as kill -9 does, the N-th time that it comes to the
// point before the append, the answers or the projection of a batch. Compiled in only with the tests.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_FAILPOINT_H_
#define OVERDRACHT_SERVICES_WORKFLOW_FAILPOINT_H_

namespace overdracht::workflow {

#ifdef OVERDRACHT_TEST_HOOKS
void Failpoint(const char* point);
#else
inline void Failpoint(const char*) {}
#endif

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_FAILPOINT_H_
