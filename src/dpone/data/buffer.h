// Buffer: an owner of bytes that grows without initialising them. Move-only, used by one thread until it is frozen
// inside a Column; from then on it is only read, by any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace dpone {

class Buffer {
 public:
  // Bytes behind `size()` that may always be read and written, so that copies can run over by a vector.
  static constexpr std::size_t kSlack = 64;

  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }

  const std::uint8_t* data() const { return data_.get(); }
  std::uint8_t* data() { return data_.get(); }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_.get());
  }
  template <class T>
  T* as() {
    return reinterpret_cast<T*>(data_.get());
  }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

  void reserve(std::size_t bytes) {
    if (data_ == nullptr || bytes > capacity_) grow(bytes);
  }
  // Bytes that are new are not initialised.
  void resize(std::size_t bytes) {
    if (data_ == nullptr || bytes > capacity_) grow(bytes < capacity_ * 2 ? capacity_ * 2 : bytes);
    size_ = bytes;
  }
  void append(const void* from, std::size_t bytes) {
    const std::size_t at = size_;
    resize(at + bytes);
    if (bytes != 0) std::memcpy(data_.get() + at, from, bytes);
  }
  template <class T>
  void push(T value) {
    append(&value, sizeof value);
  }
  void clear() { size_ = 0; }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }  // NOLINT: the pair of realloc
  };

  void grow(std::size_t bytes) {
    void* grown = std::realloc(data_.get(), bytes + kSlack);  // NOLINT: realloc moves big blocks without copying
    if (grown == nullptr) throw std::bad_alloc();
    static_cast<void>(data_.release());
    data_.reset(static_cast<std::uint8_t*>(grown));
    capacity_ = bytes;
  }
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  std::unique_ptr<std::uint8_t, Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace dpone
