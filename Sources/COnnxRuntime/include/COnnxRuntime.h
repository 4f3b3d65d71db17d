// ONNX Runtime's C API, as far as Semblance uses it, found at run time with dlopen.
//
// Debian 12 and Ubuntu 24.04 package neither the library nor its header, so nothing here is included or linked. That
// is safe because of what ONNX Runtime promises in core/session/onnxruntime_c_api.cc: the library has one entry,
// OrtGetApiBase; what GetApi returns is a table of function pointers to which each version only appends ("NEVER remove
// or rearrange the members in this structure"), and static assertions there pin the last slot of every version.
// The slots below were read off the official header (onnxruntime_c_api.h) with offsetof; shim.c asserts them.

#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The version whose table holds every function used here. Version N came with ONNX Runtime 1.N.
enum { ort_api_version = 17 };

typedef struct ort_env ort_env;
typedef struct ort_status ort_status;  // What most functions return: null means success.
typedef struct ort_session ort_session;
typedef struct ort_session_options ort_session_options;
typedef struct ort_run_options ort_run_options;
typedef struct ort_value ort_value;
typedef struct ort_memory_info ort_memory_info;
typedef struct ort_allocator ort_allocator;
typedef struct ort_type_info ort_type_info;
typedef struct ort_tensor_info ort_tensor_info;

enum { ort_log_fatal = 4 };
enum { ort_optimise_all = 99 };
enum { ort_arena_allocator = 1, ort_memory_default = 0 };
enum { ort_element_float32 = 1 };

// Called by ONNX Runtime, on any thread, instead of writing to stderr.
typedef void (*ort_log_function)(void *_Nullable context, int severity, const char *category, const char *log_id,
                                 const char *location, const char *message);

// The table of functions. A gap stands for functions that are not used; its length is the number of slots skipped.
typedef struct ort_api {
  intptr_t gap_0[2];
  const char *_Nullable (*_Nonnull GetErrorMessage)(const ort_status *);
  intptr_t gap_3[1];
  ort_status *_Nullable (*_Nonnull CreateEnvWithCustomLogger)(ort_log_function, void *_Nullable context, int severity,
                                                              const char *log_id, ort_env *_Nullable *_Nonnull out);
  intptr_t gap_5[3];
  ort_status *_Nullable (*_Nonnull CreateSessionFromArray)(const ort_env *, const void *bytes, size_t byte_count,
                                                           const ort_session_options *,
                                                           ort_session *_Nullable *_Nonnull out);
  ort_status *_Nullable (*_Nonnull Run)(ort_session *, const ort_run_options *_Nullable,
                                        const char *_Nonnull const *_Nonnull input_names,
                                        const ort_value *_Nullable const *_Nonnull inputs, size_t input_count,
                                        const char *_Nonnull const *_Nonnull output_names, size_t output_count,
                                        ort_value *_Nullable *_Nonnull outputs);
  ort_status *_Nullable (*_Nonnull CreateSessionOptions)(ort_session_options *_Nullable *_Nonnull out);
  intptr_t gap_11[8];
  ort_status *_Nullable (*_Nonnull DisableCpuMemArena)(ort_session_options *);
  intptr_t gap_20[3];
  ort_status *_Nullable (*_Nonnull SetSessionGraphOptimizationLevel)(ort_session_options *, int level);
  ort_status *_Nullable (*_Nonnull SetIntraOpNumThreads)(ort_session_options *, int);
  ort_status *_Nullable (*_Nonnull SetInterOpNumThreads)(ort_session_options *, int);
  intptr_t gap_26[4];
  ort_status *_Nullable (*_Nonnull SessionGetInputCount)(const ort_session *, size_t *out);
  ort_status *_Nullable (*_Nonnull SessionGetOutputCount)(const ort_session *, size_t *out);
  intptr_t gap_32[1];
  ort_status *_Nullable (*_Nonnull SessionGetInputTypeInfo)(const ort_session *, size_t index,
                                                            ort_type_info *_Nullable *_Nonnull out);
  ort_status *_Nullable (*_Nonnull SessionGetOutputTypeInfo)(const ort_session *, size_t index,
                                                             ort_type_info *_Nullable *_Nonnull out);
  intptr_t gap_35[1];
  ort_status *_Nullable (*_Nonnull SessionGetInputName)(const ort_session *, size_t index, ort_allocator *,
                                                        char *_Nullable *_Nonnull out);
  ort_status *_Nullable (*_Nonnull SessionGetOutputName)(const ort_session *, size_t index, ort_allocator *,
                                                         char *_Nullable *_Nonnull out);
  intptr_t gap_38[1];
  ort_status *_Nullable (*_Nonnull CreateRunOptions)(ort_run_options *_Nullable *_Nonnull out);
  intptr_t gap_40[6];
  ort_status *_Nullable (*_Nonnull RunOptionsSetTerminate)(ort_run_options *);
  intptr_t gap_47[2];
  ort_status *_Nullable (*_Nonnull CreateTensorWithDataAsOrtValue)(const ort_memory_info *, void *data,
                                                                   size_t byte_count, const int64_t *shape,
                                                                   size_t rank, int element_type,
                                                                   ort_value *_Nullable *_Nonnull out);
  intptr_t gap_50[1];
  ort_status *_Nullable (*_Nonnull GetTensorMutableData)(ort_value *, void *_Nullable *_Nonnull out);
  intptr_t gap_52[3];
  ort_status *_Nullable (*_Nonnull CastTypeInfoToTensorInfo)(const ort_type_info *,
                                                             const ort_tensor_info *_Nullable *_Nonnull out);
  intptr_t gap_56[4];
  ort_status *_Nullable (*_Nonnull GetTensorElementType)(const ort_tensor_info *, int *out);
  ort_status *_Nullable (*_Nonnull GetDimensionsCount)(const ort_tensor_info *, size_t *out);
  ort_status *_Nullable (*_Nonnull GetDimensions)(const ort_tensor_info *, int64_t *out, size_t count);
  intptr_t gap_63[2];
  ort_status *_Nullable (*_Nonnull GetTensorTypeAndShape)(const ort_value *, ort_tensor_info *_Nullable *_Nonnull out);
  intptr_t gap_66[3];
  ort_status *_Nullable (*_Nonnull CreateCpuMemoryInfo)(int allocator_type, int memory_type,
                                                        ort_memory_info *_Nullable *_Nonnull out);
  intptr_t gap_70[6];
  ort_status *_Nullable (*_Nonnull AllocatorFree)(ort_allocator *, void *);
  intptr_t gap_77[1];
  ort_status *_Nullable (*_Nonnull GetAllocatorWithDefaultOptions)(ort_allocator *_Nullable *_Nonnull out);
  intptr_t gap_79[13];
  void (*_Nonnull ReleaseEnv)(ort_env *_Nullable);
  void (*_Nonnull ReleaseStatus)(ort_status *_Nullable);
  void (*_Nonnull ReleaseMemoryInfo)(ort_memory_info *_Nullable);
  void (*_Nonnull ReleaseSession)(ort_session *_Nullable);
  void (*_Nonnull ReleaseValue)(ort_value *_Nullable);
  void (*_Nonnull ReleaseRunOptions)(ort_run_options *_Nullable);
  void (*_Nonnull ReleaseTypeInfo)(ort_type_info *_Nullable);
  void (*_Nonnull ReleaseTensorTypeAndShapeInfo)(ort_tensor_info *_Nullable);
  void (*_Nonnull ReleaseSessionOptions)(ort_session_options *_Nullable);
  intptr_t gap_101[24];
  ort_status *_Nullable (*_Nonnull GetAvailableProviders)(char *_Nonnull *_Nullable *_Nonnull out, int *count);
  ort_status *_Nullable (*_Nonnull ReleaseAvailableProviders)(char *_Nonnull *_Nonnull, int count);
  intptr_t gap_127[3];
  ort_status *_Nullable (*_Nonnull AddSessionConfigEntry)(ort_session_options *, const char *key, const char *value);
  intptr_t gap_131[85];
  ort_status *_Nullable (*_Nonnull SessionOptionsAppendExecutionProvider)(ort_session_options *, const char *name,
                                                                          const char *_Nonnull const *_Nonnull keys,
                                                                          const char *_Nonnull const *_Nonnull values,
                                                                          size_t count);
  intptr_t gap_217[58];
  ort_status *_Nullable (*_Nonnull SessionOptionsAppendExecutionProvider_OpenVINO_V2)(
      ort_session_options *, const char *_Nonnull const *_Nonnull keys, const char *_Nonnull const *_Nonnull values,
      size_t count);
} ort_api;

// What OrtGetApiBase returns. "New methods can't be added to OrtApiBase as it is not versioned."
typedef struct ort_api_base {
  const ort_api *_Nullable (*_Nonnull GetApi)(uint32_t version);
  const char *_Nullable (*_Nonnull GetVersionString)(void);
} ort_api_base;

// The outcomes of `ort_open`.
enum { ort_opened = 0, ort_cannot_open = 1, ort_not_onnx_runtime = 2 };

// Opens the library at `path`, which may be a bare name for the system's search, and keeps it open for good: there is
// no safe moment to unload a library whose threads may still run.
//
// On `ort_opened`, `base` is the library's entry and `real_path` (of `real_path_size` bytes) the file it came from. On
// `ort_cannot_open`, `real_path` holds the loader's explanation instead.
int ort_open(const char *path, const ort_api_base *_Nullable *_Nonnull base, char *real_path, size_t real_path_size);

// An `ort_log_function` that drops the line: errors come back as statuses with the same words.
void ort_discard_log(void *_Nullable context, int severity, const char *category, const char *log_id,
                     const char *location, const char *message);

#pragma clang assume_nonnull end
