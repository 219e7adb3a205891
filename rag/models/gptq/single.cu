// One row times 4-bit weights in Marlin's layout: y[n] = sum over k of x[k] * (w[k, n] - 8) * scale[k / group, n].
// Marlin's own kernel is made for tiles of 16 rows; with one row, reading the weights is all the work.
//
// The layout: tiles of 16 inputs by 64 outputs, 128 words each. Word 4 * lane + j of a tile has the outputs
// 16 * j + lane / 4 and that plus 8, at the inputs 2 * (lane % 4) + {0, 1, 8, 9}; its nibbles 0 and 4 are the first two
// inputs of the first output, 1 and 5 the other two, 2 and 6, 3 and 7 the same of the second output. Scales of 64
// outputs are stored with output c at 8 * (c % 8) + c / 8.
#include <cuda_fp16.h>

namespace {

constexpr int kWarps = 4;

__device__ __forceinline__ half2 codes(unsigned word) {
  unsigned bits = (word & 0x000f000fu) | 0x64006400u;  // 1024 + code, twice
  return __hsub2(*reinterpret_cast<half2*>(&bits), __float2half2_rn(1032.0f));
}

// A block computes 64 outputs; each of its warps takes some groups of 16 * kTiles inputs; gridDim.y blocks share the inputs.
template <int kTiles>
__global__ void __launch_bounds__(kWarps * 32)
single(const int4* weights, const half* scales, const half* x, half* y, float* sums, int* arrived, int k, int n) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, tile = blockIdx.x;
  float total[8] = {};
  int4 words[kTiles];
  const int first_group = blockIdx.y * kWarps + warp, groups = k / (16 * kTiles);
  const auto load = [&](int g) {
#pragma unroll
    for (int t = 0; t < kTiles; ++t)
      words[t] = __ldcs(weights + (static_cast<size_t>(g * kTiles + t) * (n / 64) + tile) * 32 + lane);
  };
  // The weights do not depend on the kernel before this one: reading them begins while it ends.
  if (first_group < groups) load(first_group);
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
  cudaGridDependencySynchronize();
#endif
  for (int g = first_group; g < groups; g += gridDim.y * kWarps) {
    if (g != first_group) load(g);
    half2 part[8] = {};
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      const half2* at = reinterpret_cast<const half2*>(x + (g * kTiles + t) * 16 + 2 * (lane % 4));
      const half2 sixteenth = __float2half2_rn(0.0625f);  // keeps the sums of a group within float16
      const half2 first = __hmul2(at[0], sixteenth), second = __hmul2(at[4], sixteenth);
      const unsigned word[4] = {unsigned(words[t].x), unsigned(words[t].y), unsigned(words[t].z), unsigned(words[t].w)};
#pragma unroll
      for (int c = 0; c < 8; ++c) {
        part[c] = __hfma2(codes(word[c / 2] >> (8 * (c % 2))), first, part[c]);
        part[c] = __hfma2(codes(word[c / 2] >> (8 * (c % 2) + 4)), second, part[c]);
      }
    }
#pragma unroll
    for (int c = 0; c < 8; ++c) {
      const int column = 16 * (c / 2) + lane / 4 + 8 * (c % 2);
      const half scale = scales[static_cast<size_t>(g) * n + tile * 64 + 8 * (column % 8) + column / 8];
      total[c] += 16 * (__low2float(part[c]) + __high2float(part[c])) * __half2float(scale);
    }
  }
  __shared__ float gathered[kWarps][64];
#pragma unroll
  for (int c = 0; c < 8; ++c) {
    total[c] += __shfl_xor_sync(~0u, total[c], 1);
    total[c] += __shfl_xor_sync(~0u, total[c], 2);
    if (lane % 4 == 0) gathered[warp][16 * (c / 2) + lane / 4 + 8 * (c % 2)] = total[c];
  }
  __syncthreads();
  const int column = threadIdx.x;
  float sum = 0;
  if (column < 64) {
    for (int w = 0; w < kWarps; ++w) sum += gathered[w][column];
    sums[static_cast<size_t>(blockIdx.y) * n + tile * 64 + column] = sum;
  }
  // The last block of a tile to arrive adds up the sums of all blocks and resets the counter.
  __shared__ bool last;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(arrived + tile, 1) == static_cast<int>(gridDim.y) - 1;
  __syncthreads();
  if (!last) return;
  if (column < 64) {
    sum = 0;
    for (unsigned part = 0; part < gridDim.y; ++part)
      sum += __ldcg(sums + static_cast<size_t>(part) * n + tile * 64 + column);
    y[tile * 64 + column] = __float2half(sum);
  }
  if (threadIdx.x == 0) arrived[tile] = 0;
}

}  // namespace

// Returns the CUDA error, 0 for none. Groups have 32, 64 or 128 inputs; `sums` has splits * n floats, `arrived` n / 64
// zeros. `early`: begin before the kernel before has ended (programmatic dependent launch; capability 9.0).
extern "C" int kotae_single(const void* weights, const void* scales, const void* x, void* y, void* sums, void* arrived,
                            int k, int n, int group, int splits, int early, void* stream) {
  const auto kernel = group == 128 ? single<8> : group == 64 ? single<4> : single<2>;
  cudaLaunchAttribute attribute = {};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(n / 64, splits);
  config.blockDim = dim3(kWarps * 32);
  config.stream = static_cast<cudaStream_t>(stream);
  config.attrs = &attribute;
  config.numAttrs = early ? 1 : 0;
  return cudaLaunchKernelEx(&config, kernel, static_cast<const int4*>(weights), static_cast<const half*>(scales),
                            static_cast<const half*>(x), static_cast<half*>(y), static_cast<float*>(sums),
                            static_cast<int*>(arrived), k, n);
}
