#define _GNU_SOURCE  // for dladdr
#include "COnnxRuntime.h"

#include <dlfcn.h>
#include <stdio.h>

#define ASSERT_SLOT(function, slot) \
  _Static_assert(offsetof(ort_api, function) == (slot) * sizeof(void *), #function " is in another slot")

ASSERT_SLOT(GetErrorMessage, 2);
ASSERT_SLOT(CreateEnvWithCustomLogger, 4);
ASSERT_SLOT(CreateSessionFromArray, 8);
ASSERT_SLOT(Run, 9);
ASSERT_SLOT(CreateSessionOptions, 10);
ASSERT_SLOT(DisableCpuMemArena, 19);
ASSERT_SLOT(SetSessionGraphOptimizationLevel, 23);
ASSERT_SLOT(SetIntraOpNumThreads, 24);
ASSERT_SLOT(SetInterOpNumThreads, 25);
ASSERT_SLOT(SessionGetInputCount, 30);
ASSERT_SLOT(SessionGetOutputCount, 31);
ASSERT_SLOT(SessionGetInputTypeInfo, 33);
ASSERT_SLOT(SessionGetOutputTypeInfo, 34);
ASSERT_SLOT(SessionGetInputName, 36);
ASSERT_SLOT(SessionGetOutputName, 37);
ASSERT_SLOT(CreateRunOptions, 39);
ASSERT_SLOT(RunOptionsSetTerminate, 46);
ASSERT_SLOT(CreateTensorWithDataAsOrtValue, 49);
ASSERT_SLOT(GetTensorMutableData, 51);
ASSERT_SLOT(CastTypeInfoToTensorInfo, 55);
ASSERT_SLOT(GetTensorElementType, 60);
ASSERT_SLOT(GetDimensionsCount, 61);
ASSERT_SLOT(GetDimensions, 62);
ASSERT_SLOT(GetTensorTypeAndShape, 65);
ASSERT_SLOT(CreateCpuMemoryInfo, 69);
ASSERT_SLOT(AllocatorFree, 76);
ASSERT_SLOT(GetAllocatorWithDefaultOptions, 78);
ASSERT_SLOT(ReleaseEnv, 92);
ASSERT_SLOT(ReleaseStatus, 93);
ASSERT_SLOT(ReleaseMemoryInfo, 94);
ASSERT_SLOT(ReleaseSession, 95);
ASSERT_SLOT(ReleaseValue, 96);
ASSERT_SLOT(ReleaseRunOptions, 97);
ASSERT_SLOT(ReleaseTypeInfo, 98);
ASSERT_SLOT(ReleaseTensorTypeAndShapeInfo, 99);
ASSERT_SLOT(ReleaseSessionOptions, 100);
ASSERT_SLOT(GetAvailableProviders, 125);
ASSERT_SLOT(ReleaseAvailableProviders, 126);
ASSERT_SLOT(AddSessionConfigEntry, 130);
ASSERT_SLOT(SessionOptionsAppendExecutionProvider, 216);
ASSERT_SLOT(SessionOptionsAppendExecutionProvider_OpenVINO_V2, 275);

int ort_open(const char *path, const ort_api_base **base, char *real_path, size_t real_path_size) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    const char *reason = dlerror();
    snprintf(real_path, real_path_size, "%s", reason != NULL ? reason : "no reason given");
    return ort_cannot_open;
  }
  void *entry = dlsym(library, "OrtGetApiBase");
  const ort_api_base *found = entry != NULL ? ((const ort_api_base *(*)(void))entry)() : NULL;
  if (found == NULL) {
    dlclose(library);
    return ort_not_onnx_runtime;
  }
  Dl_info info;
  const char *name = dladdr(entry, &info) != 0 && info.dli_fname != NULL ? info.dli_fname : path;
  snprintf(real_path, real_path_size, "%s", name);
  *base = found;
  return ort_opened;
}

void ort_discard_log(void *context, int severity, const char *category, const char *log_id, const char *location,
                     const char *message) {
  (void)context, (void)severity, (void)category, (void)log_id, (void)location, (void)message;
}
