/* members.c: see members.h. */
#include "members.h"

bool has_entry(const struct function *function, enum entry entry)
{
    return entry == ENTRY_FORWARD ? !function->entries[ENTRY_OBJECTIVE] : function->entries[entry];
}

bool role_is_read(enum role role, enum entry entry)
{
    switch (role) {
    case ROLE_OUTPUT_GRADIENT: return entry == ENTRY_BACKWARD || entry == ENTRY_GRADIENT;
    case ROLE_TANGENT: return entry == ENTRY_JVP;
    case ROLE_DIRECTION: return entry == ENTRY_HVP;
    default: return false;
    }
}

bool role_is_written(enum role role, enum entry entry)
{
    switch (role) {
    case ROLE_OUTPUT: return entry <= ENTRY_GRADIENT;
    case ROLE_GRADIENT: return entry == ENTRY_BACKWARD || entry == ENTRY_GRADIENT;
    case ROLE_JACOBIAN: return entry == ENTRY_JACOBIAN;
    case ROLE_HESSIAN: return entry == ENTRY_HESSIAN;
    case ROLE_JACOBIAN_VALUES: return entry == ENTRY_SPARSE_JACOBIAN;
    case ROLE_HESSIAN_VALUES: return entry == ENTRY_SPARSE_HESSIAN;
    case ROLE_OUTPUT_TANGENT: return entry == ENTRY_JVP;
    case ROLE_HVP: return entry == ENTRY_HVP;
    case ROLE_INOUT: return entry == ENTRY_FORWARD;
    case ROLE_OBJECTIVE: return entry == ENTRY_OBJECTIVE || entry == ENTRY_OBJECTIVE_GRADIENT;
    case ROLE_OBJECTIVE_GRADIENT: return entry == ENTRY_OBJECTIVE_GRADIENT;
    case ROLE_CONSTRAINTS: return entry == ENTRY_CONSTRAINTS;
    case ROLE_CONSTRAINTS_JACOBIAN: return entry == ENTRY_CONSTRAINTS_JACOBIAN;
    case ROLE_LAGRANGIAN_HESSIAN: return entry == ENTRY_LAGRANGIAN_HESSIAN;
    default: return false;
    }
}

bool is_users_member(const struct member *member)
{
    return member->role < ROLE_TABLE && member->role != ROLE_WORKSPACE && member->role != ROLE_PREPARED;
}

bool is_array_member(const struct member *member)
{
    return member->rank > 0 || member->pointer;
}

bool is_input_member(const struct member *member)
{
    return member->role == ROLE_INPUT || member->role == ROLE_INOUT;
}
