
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#ifndef GRADC_CLASSES
#define GRADC_CLASSES

/* What an entry returns other than GRADC_OK. */
class gradc_error : public std::runtime_error {
public:
    gradc_error(const char *entry, int code)
        : std::runtime_error(std::string(entry) + ": " + gradc_strerror(code)), status(code)
    {
    }
    int status;
};

/* Bytes at a multiple of GRADC_ALIGN; copies have the same bytes. */
class gradc_memory {
public:
    gradc_memory() {}
    gradc_memory(const gradc_memory &other) : bytes(other.bytes.size())
    {
        if (!bytes.empty())
            std::memcpy(begin(), other.begin(), bytes.size() - GRADC_ALIGN);
    }
    gradc_memory(gradc_memory &&) = default;
    gradc_memory &operator=(const gradc_memory &other)
    {
        if (this != &other) {
            gradc_memory copy(other);
            bytes.swap(copy.bytes);
        }
        return *this;
    }
    gradc_memory &operator=(gradc_memory &&) = default;

    /* At least so many bytes; what they held stays if they were as many before. */
    void *take(std::size_t count)
    {
        if (bytes.size() < count + GRADC_ALIGN)
            bytes.assign(count + GRADC_ALIGN, 0);
        return begin();
    }

private:
    unsigned char *begin() const
    {
        unsigned char *first = const_cast<unsigned char *>(bytes.data());
        return first + (GRADC_ALIGN - reinterpret_cast<std::uintptr_t>(first) % GRADC_ALIGN) % GRADC_ALIGN;
    }
    std::vector<unsigned char> bytes;
};

inline std::size_t gradc_count(std::initializer_list<std::size_t> extents)
{
    std::size_t count = 1;
    for (std::size_t extent : extents) {
        if (extent != 0 && count > SIZE_MAX / extent)
            throw std::length_error("sizes are too large for this machine");
        count *= extent;
    }
    return count;
}

/* The elements of a vector that must have so many; of none, where a size is 0, still a place, so that the size is told
 * of. */
template <class T> T *gradc_sized(std::vector<T> &values, std::size_t count, const char *name)
{
    if (values.size() != count)
        throw std::invalid_argument(std::string(name) + " has " + std::to_string(values.size()) + " elements, not " +
                                    std::to_string(count));
    static T none;
    return values.empty() ? &none : values.data();
}

/* The same for one that may be left empty. */
template <class T> T *gradc_optional(std::vector<T> &values, std::size_t count, const char *name)
{
    return values.empty() ? nullptr : gradc_sized(values, count, name);
}

/* Room for what an entry writes. */
template <class T> T *gradc_space(std::vector<T> &values, std::size_t count)
{
    values.resize(count);
    return values.data();
}

#endif
