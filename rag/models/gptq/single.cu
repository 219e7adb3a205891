// One row times 4-bit weights in Marlin's layout: y[n] = sum over k of x[k] * (w[k, n] - 8) * scale[k / group, n].
// Marlin's own kernel is made for tiles of 16 rows; with one row, reading the weights is all the work.
//
// The layout: tiles of 16 inputs by 64 outputs, 128 words each. Word 4 * lane + j of a tile has the outputs
// 16 * j + lane / 4 and that plus 8, at the inputs 2 * (lane % 4) + {0, 1, 8, 9}; its nibbles 0 and 4 are the first two
// inputs of the first output, 1 and 5 the other two, 2 and 6, 3 and 7 the same of the second output: what a lane gives
// to a tensor instruction of 16 outputs by 16 inputs. Scales of 64 outputs are stored with output c at
// 8 * (c % 8) + c / 8.
#include <cuda_fp16.h>

namespace {

constexpr int kWarps = 8;
constexpr int kStages = 2;  // units that a warp has on their way
constexpr int kTiles = 4;   // of a unit, at most: they share their scales

// (word & mask) | the bits of 1024 in float16, twice: 1024 + code, or 1024 + 16 * code for the higher nibbles. Written
// as plain C++ this becomes two instructions, and the products 8 % slower.
__device__ __forceinline__ unsigned codes(unsigned word, unsigned mask) {
  unsigned found;
  asm("lop3.b32 %0, %1, %2, %3, 0xea;" : "=r"(found) : "r"(word), "r"(mask), "r"(0x64006400u));
  return found;
}

__device__ __forceinline__ void copy16(void* to, const void* from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;"
               :: "r"(static_cast<unsigned>(__cvta_generic_to_shared(to))), "l"(from) : "memory");
}

// 16 outputs by 16 inputs, in float32: a and b are the inputs `first` of both halves of the outputs, c and d `second`.
__device__ __forceinline__ void multiply(float (&sum)[4], unsigned a, unsigned b, unsigned c, unsigned d,
                                         unsigned first, unsigned second) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a), "r"(b), "r"(c), "r"(d), "r"(first), "r"(second));
}

#if __CUDA_ARCH__ >= 900
// The blocks of a cluster wait for each other.
__device__ __forceinline__ void meet() {
  asm volatile("barrier.cluster.arrive.release.aligned; barrier.cluster.wait.acquire.aligned;" ::: "memory");
}
#endif

// A block computes kWide * 64 outputs; gridDim.y blocks and their warps share the inputs evenly, in units of tiles of one
// group of kGroup tiles. A lane copies its own words ahead into shared memory, so that it waits for no other. The one row
// is given to all 8 columns of the tensor instruction, which are therefore alike.
template <int kGroup, int kWide>
__global__ void __launch_bounds__(kWarps * 32)
single(const int4* weights, const half* scales, const half* x, half* y, float* sums, int* arrived, int k, int n) {
  constexpr int kUnit = kGroup < kTiles ? kGroup : kTiles, kSlots = (kUnit + 1) * kWide, kColumns = 64 * kWide;
  extern __shared__ int4 ring[];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, tile = blockIdx.x * kWide;
  const int units = k / (16 * kUnit), share = blockIdx.y * kWarps + warp, shares = gridDim.y * kWarps;
  const int first = units * share / shares, end = units * (share + 1) / shares;
  int4* const mine = ring + warp * kStages * kSlots * 32 + lane;
  const auto begins_group = [&](int unit) { return unit == first || unit * kUnit % kGroup == 0; };
  const auto copy = [&](int unit, int stage) {
    if (unit < end) {
      int4* const to = mine + stage * kSlots * 32;
#pragma unroll
      for (int t = 0; t < kUnit; ++t)
#pragma unroll
        for (int w = 0; w < kWide; ++w)
          copy16(to + (t * kWide + w) * 32,
                 weights + (static_cast<size_t>(unit * kUnit + t) * (n / 64) + tile + w) * 32 + lane);
      if (begins_group(unit))
#pragma unroll
        for (int w = 0; w < kWide; ++w)
          copy16(to + (kUnit * kWide + w) * 32,
                 scales + static_cast<size_t>(unit * kUnit / kGroup) * n + (tile + w) * 64 + 8 * (lane / 4));
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
  };
  // The weights do not depend on the kernels before this one: reading them begins while these run.
#pragma unroll
  for (int stage = 0; stage < kStages; ++stage) copy(first + stage, stage);
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
  cudaGridDependencySynchronize();
#endif
  float total[kWide][8] = {};
  int4 packed[kWide];
  for (int unit = first, stage = 0; unit < end; ++unit, stage = (stage + 1) % kStages) {
    unsigned inputs[kUnit][2];
#pragma unroll
    for (int t = 0; t < kUnit; ++t) {
      const half2* const at = reinterpret_cast<const half2*>(x + (unit * kUnit + t) * 16) + lane % 4;
      const half2 second = __hmul2(at[4], __float2half2_rn(0.0625f));  // their codes come times 16
      inputs[t][0] = *reinterpret_cast<const unsigned*>(at);
      inputs[t][1] = *reinterpret_cast<const unsigned*>(&second);
    }
    asm volatile("cp.async.wait_group %0;" :: "n"(kStages - 1) : "memory");
    const int4* const from = mine + stage * kSlots * 32;
    float part[kWide][4][4] = {}, excess[4] = {};
#pragma unroll
    for (int t = 0; t < kUnit; ++t) {
      // 1024 + 8 times the first inputs, and 1024 + 16 * 8 times the sixteenth of the second ones.
      multiply(excess, 0x64086408u, 0x64086408u, 0x64806480u, 0x64806480u, inputs[t][0], inputs[t][1]);
#pragma unroll
      for (int w = 0; w < kWide; ++w) {
        const int4 words = from[(t * kWide + w) * 32];
        const unsigned word[4] = {unsigned(words.x), unsigned(words.y), unsigned(words.z), unsigned(words.w)};
#pragma unroll
        for (int j = 0; j < 4; ++j)
          multiply(part[w][j], codes(word[j], 0x000f000fu), codes(word[j] >> 8, 0x000f000fu),
                   codes(word[j], 0x00f000f0u), codes(word[j] >> 8, 0x00f000f0u), inputs[t][0], inputs[t][1]);
      }
    }
#pragma unroll
    for (int w = 0; w < kWide; ++w) {
      if (begins_group(unit)) packed[w] = from[(kUnit * kWide + w) * 32];
      const half* const scale = reinterpret_cast<const half*>(&packed[w]);
#pragma unroll
      for (int c = 0; c < 8; ++c) total[w][c] += (part[w][c / 2][c % 2 * 2] - excess[0]) * __half2float(scale[c]);
    }
    copy(unit + kStages, stage);
  }
  __shared__ float gathered[kWarps][kColumns];
#pragma unroll
  for (int w = 0; w < kWide; ++w)
#pragma unroll
    for (int c = 0; c < 8; ++c)
      if (lane % 4 == 0) gathered[warp][64 * w + 16 * (c / 2) + lane / 4 + 8 * (c % 2)] = total[w][c];
  __syncthreads();
  const int column = threadIdx.x, output = blockIdx.x * kColumns + column;
  float sum = 0;
  if (column < kColumns)
    for (int w = 0; w < kWarps; ++w) sum += gathered[w][column];
#if __CUDA_ARCH__ >= 900
  // The blocks of these outputs are a cluster: the first one adds up what the others write into its shared memory.
  __shared__ float parts[8][kColumns];
  if (gridDim.y > 1) {
    meet();  // all have begun
    if (column < kColumns) {
      unsigned at = static_cast<unsigned>(__cvta_generic_to_shared(&parts[blockIdx.y][column]));
      asm volatile("mapa.shared::cluster.u32 %0, %0, 0; st.shared::cluster.f32 [%0], %1;" : "+r"(at) : "f"(sum) : "memory");
    }
    meet();
    if (blockIdx.y > 0) return;
    sum = 0;
    if (column < kColumns)
      for (unsigned part = 0; part < gridDim.y; ++part) sum += parts[part][column];
  }
#else
  // The last block of these outputs to arrive adds up the sums of all and resets the counter.
  __shared__ bool last;
  if (gridDim.y > 1) {
    if (column < kColumns) sums[static_cast<size_t>(blockIdx.y) * n + output] = sum;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) last = atomicAdd(arrived + blockIdx.x, 1) == static_cast<int>(gridDim.y) - 1;
    __syncthreads();
    if (!last) return;
    sum = 0;
    if (column < kColumns)
      for (unsigned part = 0; part < gridDim.y; ++part) sum += __ldcg(sums + static_cast<size_t>(part) * n + output);
    if (threadIdx.x == 0) arrived[blockIdx.x] = 0;
  }
#endif
  if (column < kColumns) y[output] = __float2half(sum);
}

template <int kWide>
auto choose(int group) {
  return group == 128 ? single<8, kWide> : group == 64 ? single<4, kWide> : single<2, kWide>;
}

}  // namespace

// Returns the CUDA error, 0 for none. Groups have 32, 64 or 128 inputs; a block takes `wide` tiles, 1 or 2, and at most 8
// `splits` share them. Below capability 9.0 `sums` has splits * n floats and `arrived` n / 64 zeros. `early`: in clusters,
// and begun before the kernel before has ended (programmatic dependent launch; capability 9.0).
extern "C" int kotae_single(const void* weights, const void* scales, const void* x, void* y, void* sums, void* arrived,
                            int k, int n, int group, int wide, int splits, int early, void* stream) {
  const auto kernel = wide == 2 ? choose<2>(group) : choose<1>(group);
  const int tiles = group / 16 < kTiles ? group / 16 : kTiles;
  cudaLaunchAttribute attributes[2] = {};
  attributes[0].id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attributes[0].val.programmaticStreamSerializationAllowed = 1;
  attributes[1].id = cudaLaunchAttributeClusterDimension;
  attributes[1].val.clusterDim.x = attributes[1].val.clusterDim.z = 1;
  attributes[1].val.clusterDim.y = splits;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(n / 64 / wide, splits);
  config.blockDim = dim3(kWarps * 32);
  config.dynamicSmemBytes = kWarps * kStages * (tiles + 1) * wide * 32 * sizeof(int4);
  config.stream = static_cast<cudaStream_t>(stream);
  config.attrs = attributes;
  config.numAttrs = early ? 2 : 0;
  const int bytes = static_cast<int>(config.dynamicSmemBytes);
  if (const cudaError_t error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes))
    return error;
  return cudaLaunchKernelEx(&config, kernel, static_cast<const int4*>(weights), static_cast<const half*>(scales),
                            static_cast<const half*>(x), static_cast<half*>(y), static_cast<float*>(sums),
                            static_cast<int*>(arrived), k, n);
}
