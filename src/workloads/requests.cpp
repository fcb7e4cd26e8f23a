// The `requests` workload.
#include "barograph/config.hpp"
