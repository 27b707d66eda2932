/* emit_rust.c: --emit=rust, a module with a safe wrapper around the struct and the entries of each function.
 * Its fields are called as the struct's members; arrays are vectors, whose lengths are checked, the workspace
 * is the model's own or lent, and what the C returns as a status is an Err. What all such modules share is
 * module.rs. */
#include "bind.h"
#include "emitter.h"
#include "members.h"
#include "rust_text.h"
#include "sparse.h"

#include <ctype.h>
#include <string.h>

struct rust_writer {
    FILE *file;
    struct arena *arena;
    const struct module *module;
    const struct function *function;
    const char *model; /* the name of the wrapper */
};

/* ---- Names and types ---- */

/* As an identifier of Rust: keywords are raw ones, or get an underscore where that is not allowed. */
static const char *rust_name(struct arena *arena, const char *name)
{
    static const char *const keywords[] = {
        "as",     "async",   "await",    "box",    "break", "const",    "continue", "do",
        "dyn",    "else",    "enum",     "extern", "false", "final",    "fn",       "for",
        "if",     "impl",    "in",       "let",    "loop",  "macro",    "match",    "mod",
        "move",   "mut",     "override", "priv",   "pub",   "ref",      "return",   "static",
        "struct", "trait",   "true",     "try",    "type",  "typeof",   "unsafe",   "unsized",
        "use",    "virtual", "where",    "while",  "yield", "abstract", "become",   "gen"};
    static const char *const never[] = {"self", "Self", "super", "crate", "_"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strcmp(name, never[i]) == 0)
            return arena_print(arena, "%s_", name);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strcmp(name, keywords[i]) == 0)
            return arena_print(arena, "r#%s", name);
    return name;
}

/* The field of a member; those beside the members begin with kept_. */
static const char *field_name(const struct rust_writer *w, const struct member *member)
{
    if (strncmp(member->name, "kept_", 5) == 0 || strcmp(member->name, "workspace") == 0)
        return arena_print(w->arena, "%s_", member->name);
    return rust_name(w->arena, member->name);
}

/* two_layer: TwoLayer, with a number where another function has got that name. */
static const char *camel_case(struct arena *arena, const char *name)
{
    char *result = arena_copy(arena, name, strlen(name)), *end = result;
    bool is_first = true;
    for (; *name; name++) {
        if (*name != '_')
            *end++ = is_first ? (char)toupper((unsigned char)*name) : *name;
        is_first = *name == '_';
    }
    *end = '\0';
    return arena_print(arena, "%sModel", result);
}

static const char *model_name(const struct module *module, size_t function)
{
    const char *name = camel_case(module->arena, module->functions[function]->name);
    for (size_t i = 0; i < function; i++)
        if (strcmp(camel_case(module->arena, module->functions[i]->name), name) == 0)
            return arena_print(module->arena, "%s%zu", name, function);
    return name;
}

static const char *number_type(const struct rust_writer *w, const struct member *member)
{
    if (member->role == ROLE_SIZE)
        return "usize";
    return member->type == INT ? "i32" : w->module->precision == 32 ? "f32" : "f64";
}

/* What an entry reads if it is there: a number as such, a tensor as a vector. */
static bool is_optional_number(const struct member *member)
{
    return member->rank == 0 && member->pointer && member->role == ROLE_OUTPUT_GRADIENT;
}

static bool is_optional(const struct member *member)
{
    switch (member->role) {
    case ROLE_OUTPUT_GRADIENT:
    case ROLE_TANGENT:
    case ROLE_DIRECTION:
    case ROLE_GRADIENT:
    case ROLE_JACOBIAN:
    case ROLE_HESSIAN:
    case ROLE_JACOBIAN_VALUES:
    case ROLE_HESSIAN_VALUES:
    case ROLE_OUTPUT_TANGENT:
    case ROLE_HVP: return is_array_member(member);
    default: return false;
    }
}

static bool is_read(const struct member *member)
{
    return member->role == ROLE_OUTPUT_GRADIENT || member->role == ROLE_TANGENT ||
           member->role == ROLE_DIRECTION;
}

static const char *field_type(const struct rust_writer *w, const struct member *member)
{
    const char *number = number_type(w, member);
    if (!is_array_member(member))
        return number;
    if (is_optional_number(member))
        return arena_print(w->arena, "Option<%s>", number);
    return arena_print(w->arena, is_optional(member) ? "Option<Vec<%s>>" : "Vec<%s>", number);
}

/* ---- Sizes ---- */

/* The text of a size with its names as fields and its numbers as wide ones. */
static const char *extent_text(const struct rust_writer *w, const size *a)
{
    const char *text = size_print(w->arena, a, SIZE_JSON), *all = "";
    while (*text) {
        size_t length = 1;
        const char *item;
        if (isdigit((unsigned char)*text)) {
            length = strspn(text, "0123456789");
            item = arena_print(w->arena, "%.*s_i128", (int)length, text);
        } else if (isalpha((unsigned char)*text) || *text == '_') {
            while (isalnum((unsigned char)text[length]) || text[length] == '_')
                length++;
            const char *name = arena_copy(w->arena, text, length);
            bool is_function = text[length] == '(';
            item = is_function ? name
                               : arena_print(w->arena, "Extent(self.%s as i128)",
                                             field_name(w, &(struct member){.name = name}));
        } else {
            item = arena_copy(w->arena, text, 1);
        }
        all = arena_print(w->arena, "%s%s", all, item);
        text += length;
    }
    return arena_print(w->arena, "extent(%s)", all);
}

/* `count(&[extent(Extent(self.N as i128)), extent(3_i128)])?` */
static const char *count_text(const struct rust_writer *w, const struct member *member)
{
    const char *text = "count(&[";
    for (int a = 0; a < member->rank; a++)
        text = arena_print(w->arena, "%s%s%s", text, a > 0 ? ", " : "", extent_text(w, member->shape[a]));
    return arena_print(w->arena, "%s])?", text);
}

/* ---- What the C has ---- */

static bool has_prepare(const struct function *function)
{
    return function->entries[ENTRY_PREPARE];
}

static void declare_struct(const struct rust_writer *w)
{
    const struct function *function = w->function;
    fprintf(w->file, "    #[repr(C)]\n    pub struct %s_struct {\n", function->name);
    for (size_t i = 0; i < function->members_count && function->members[i].role < ROLE_TABLE; i++) {
        const struct member *member = &function->members[i];
        const char *name = rust_name(w->arena, member->name);
        if (!is_users_member(member))
            fprintf(w->file, "        pub %s: *mut c_void,\n", name);
        else
            fprintf(w->file, "        pub %s: %s%s,\n", name, is_array_member(member) ? "*mut " : "",
                    number_type(w, member));
    }
    fprintf(w->file, "    }\n");
}

static void declare_patterns(const struct rust_writer *w, const struct member *member)
{
    const struct pattern_names names = pattern_names(w->arena, w->function, member);
    size_t count = member->pattern->count > 0 ? member->pattern->count : 1;
    fprintf(w->file,
            "        pub static %s: [i32; %zu];\n        pub static %s: [i32; %zu];\n"
            "        pub static %s: [i32; %zu];\n",
            names.starts, member->pattern->row_count + 1, names.rows, count, names.columns, count);
}

static void declare_entries(const struct rust_writer *w)
{
    const struct function *function = w->function;
    const char *name = function->name;
    fprintf(w->file, "    extern \"C\" {\n        pub fn %s_workspace(m: *const %s_struct) -> usize;\n", name,
            name);
    if (has_prepare(function))
        fprintf(w->file, "        pub fn %s_prepared_size(m: *const %s_struct) -> usize;\n", name, name);
    if (has_defaults(function))
        fprintf(w->file, "        pub fn %s_defaults(m: *mut %s_struct);\n", name, name);
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (has_entry(function, (enum entry)e))
            fprintf(w->file, "        pub fn %s_%s(m: *mut %s_struct) -> c_int;\n", name,
                    entry_name((enum entry)e), name);
    for (size_t i = 0; i < function->members_count; i++)
        if (function->members[i].pattern)
            declare_patterns(w, &function->members[i]);
    fprintf(w->file, "    }\n");
}

/* ---- Fields ---- */

static const char *initial_value(const struct member *member)
{
    if (!is_array_member(member))
        return member->role == ROLE_SIZE || member->type == INT ? "0" : "0.0";
    if (is_optional(member))
        return is_read(member) ? "None" : "Some(Vec::new())";
    return "Vec::new()";
}

static void declare_fields(const struct rust_writer *w)
{
    const struct function *function = w->function;
    fprintf(w->file,
            "\n/// The function %s: sizes and inputs to be set, outputs to be read.\n"
            "#[derive(Clone)]\npub struct %s {\n",
            function->name, w->model);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_users_member(member))
            continue;
        if (member->rank > 0)
            fprintf(w->file, "    /// %s\n", shape_comment(w->arena, member->rank, member->shape));
        fprintf(w->file, "    pub %s: %s,\n", field_name(w, member), field_type(w, member));
    }
    fprintf(w->file, "    pub workspace: Workspace,\n    kept_forward: usize,\n    kept_key: Vec<i64>,\n");
    if (has_prepare(function))
        fprintf(w->file, "    kept_prepared: Workspace,\n    kept_given: Option<Vec<i64>>,\n");
    fprintf(w->file, "}\n");
}

static bool is_asked_for(const struct function *function, const struct member *member)
{
    return member->role == ROLE_SIZE && !is_set_by_default(function, member);
}

/* With zeros for all inputs, of the shapes that the sizes say. */
static void write_constructor(const struct rust_writer *w)
{
    const struct function *function = w->function;
    FILE *file = w->file;
    const char *separator = "";
    fprintf(file, "    pub fn new(");
    for (size_t i = 0; i < function->members_count; i++)
        if (is_asked_for(function, &function->members[i])) {
            fprintf(file, "%s%s: usize", separator, field_name(w, &function->members[i]));
            separator = ", ";
        }
    fprintf(file, ") -> Result<Self, Error> {\n        let mut model = %s {\n", w->model);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_users_member(member))
            continue;
        if (is_asked_for(function, member))
            fprintf(file, "            %s,\n", field_name(w, member));
        else
            fprintf(file, "            %s: %s,\n", field_name(w, member), initial_value(member));
    }
    fprintf(file, "            workspace: Workspace::new(),\n            kept_forward: 0,\n"
                  "            kept_key: Vec::new(),\n");
    if (has_prepare(function))
        fprintf(file, "            kept_prepared: Workspace::new(),\n            kept_given: None,\n");
    fprintf(file, "        };\n%s        model.make_room()?;\n        Ok(model)\n    }\n",
            has_defaults(function) ? "        model.defaults();\n" : "");
    fprintf(file, "\n    /// Makes every input as long as the sizes say; new elements are 0.\n"
                  "    pub fn make_room(&mut self) -> Result<(), Error> {\n");
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (is_input_member(member) && member->rank > 0)
            fprintf(file, "        let elements = %s;\n        space(&mut self.%s, elements)?;\n",
                    count_text(w, member), field_name(w, member));
    }
    fprintf(file, "        Ok(())\n    }\n");
}

/* ---- Calls ---- */

/* The struct with numbers alone. */
static void write_numbers(const struct rust_writer *w)
{
    const struct function *function = w->function;
    fprintf(w->file, "\n    fn kept_numbers(&self) -> c::%s_struct {\n        c::%s_struct {\n",
            function->name, function->name);
    for (size_t i = 0; i < function->members_count && function->members[i].role < ROLE_TABLE; i++) {
        const struct member *member = &function->members[i];
        const char *name = rust_name(w->arena, member->name);
        if (!is_users_member(member) || is_array_member(member))
            fprintf(w->file, "            %s: std::ptr::null_mut(),\n", name);
        else
            fprintf(w->file, "            %s: self.%s,\n", name, field_name(w, member));
    }
    fprintf(w->file, "        }\n    }\n");
}

static void write_inputs(const struct rust_writer *w)
{
    const struct function *function = w->function;
    fprintf(w->file,
            "\n    fn kept_inputs(&mut self) -> Result<c::%s_struct, Error> {\n"
            "        let mut m = self.kept_numbers();\n",
            function->name);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (is_input_member(member) && member->rank > 0)
            fprintf(
                w->file,
                "        let elements = %s;\n        m.%s = sized(&mut self.%s, elements, \"%s: %s\")?;\n",
                count_text(w, member), rust_name(w->arena, member->name), field_name(w, member),
                function->name, member->name);
    }
    fprintf(w->file, "        Ok(m)\n    }\n");
}

static void write_defaults(const struct rust_writer *w)
{
    const struct function *function = w->function;
    if (!has_defaults(function))
        return;
    fprintf(w->file,
            "\n    /// Sets what has a default, from what has none.\n    pub fn defaults(&mut self) {\n"
            "        let mut m = self.kept_numbers();\n        unsafe { c::%s_defaults(&mut m) };\n",
            function->name);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if ((member->role == ROLE_SIZE || is_input_member(member)) && !is_array_member(member))
            fprintf(w->file, "        self.%s = m.%s;\n", field_name(w, member),
                    rust_name(w->arena, member->name));
        if (is_array_member(member) && is_set_by_default(function, member))
            fprintf(w->file, "        self.%s = unsafe { std::slice::from_raw_parts(m.%s, %s) }.to_vec();\n",
                    field_name(w, member), rust_name(w->arena, member->name),
                    size_print(w->arena, size_product(function->graph->sizes, member->rank, member->shape),
                               SIZE_LANGUAGE));
    }
    fprintf(w->file, "    }\n");
}

/* What decides where an entry reads and writes in memory that another one left: sizes and ints. */
static void write_key(const struct rust_writer *w, const char *name, bool only_given)
{
    const struct function *function = w->function;
    fprintf(w->file, "\n    fn %s(&self) -> Vec<i64> {\n        let mut key = Vec::new();\n", name);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        bool is_int = is_input_member(member) && member->type == INT && (!only_given || member->is_given);
        const char *field = field_name(w, member);
        if (member->role == ROLE_SIZE || (is_int && member->rank == 0))
            fprintf(w->file, "        key.push(self.%s as i64);\n", field);
        else if (is_int)
            fprintf(w->file, "        key.extend(self.%s.iter().map(|&i| i as i64));\n", field);
    }
    fprintf(w->file, "        key\n    }\n");
}

static void point_at(const struct rust_writer *w, const struct member *member, bool is_written)
{
    const char *field = field_name(w, member), *raw = rust_name(w->arena, member->name);
    FILE *file = w->file;
    if (is_optional_number(member)) {
        fprintf(file,
                "        m.%s = self.%s.as_mut().map_or(std::ptr::null_mut(), |value| value as *mut _);\n",
                raw, field);
        return;
    }
    fprintf(file, "        let elements = %s;\n", count_text(w, member));
    if (!is_written)
        fprintf(file, "        m.%s = optional(&mut self.%s, elements, \"%s: %s\")?;\n", raw, field,
                w->function->name, member->name);
    else
        fprintf(file, "        m.%s = %s(&mut self.%s, elements)?;\n", raw,
                is_optional(member) ? "space_if" : "space", field);
}

static void point_at_members(const struct rust_writer *w, enum entry entry)
{
    const struct function *function = w->function;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_array_member(member) || member->role == ROLE_INOUT)
            continue;
        if (role_is_read(member->role, entry))
            point_at(w, member, false);
        else if (role_is_written(member->role, entry))
            point_at(w, member, true);
    }
}

static void write_prepared(const struct rust_writer *w, enum entry entry)
{
    const char *name = w->function->name;
    if (!has_prepare(w->function))
        return;
    if (entry == ENTRY_PREPARE)
        fprintf(w->file, "        self.kept_given = None;\n");
    else
        fprintf(w->file, "        if self.kept_given.as_ref() != Some(&self.kept_given_key()) {\n"
                         "            return Err(Error::Order { first: \"prepare\" });\n        }\n");
    fprintf(w->file, "        m.prepared = self.kept_prepared.take(unsafe { c::%s_prepared_size(&m) })?;\n",
            name);
}

static void write_entry(const struct rust_writer *w, enum entry entry)
{
    const struct function *function = w->function;
    const char *name = function->name, *entry_text = entry_name(entry);
    FILE *file = w->file;
    fprintf(file,
            "\n    pub fn %s(&mut self) -> Result<(), Error> {\n"
            "        let mut workspace = std::mem::take(&mut self.workspace);\n"
            "        let result = self.%s_in(&mut workspace);\n        self.workspace = workspace;\n"
            "        result\n    }\n\n"
            "    /// The same in a workspace that is lent%s.\n"
            "    pub fn %s_in(&mut self, workspace: &mut Workspace) -> Result<(), Error> {\n",
            entry_text, entry_text,
            entry == ENTRY_BACKWARD ? ": that in which forward was computed, and nothing since" : "",
            entry_text);
    if (entry == ENTRY_BACKWARD)
        fprintf(file, "        if self.kept_forward == 0 || workspace.holds != self.kept_forward ||\n"
                      "            self.kept_key != self.kept_forward_key()\n        {\n"
                      "            return Err(Error::Order { first: \"forward\" });\n        }\n");
    fprintf(file, "        let mut m = self.kept_inputs()?;\n");
    point_at_members(w, entry);
    write_prepared(w, entry);
    if (entry != ENTRY_BACKWARD)
        fprintf(file, "        workspace.holds = 0;\n");
    fprintf(file,
            "        m.work = workspace.take(unsafe { c::%s_workspace(&m) })?;\n"
            "        result_of(unsafe { c::%s_%s(&mut m) })?;\n",
            name, name, entry_text);
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!is_array_member(member) && role_is_written(member->role, entry))
            fprintf(file, "        self.%s = m.%s;\n", field_name(w, member),
                    rust_name(w->arena, member->name));
    }
    if (entry == ENTRY_FORWARD && function->entries[ENTRY_BACKWARD])
        fprintf(file, "        self.kept_forward = number();\n        workspace.holds = self.kept_forward;\n"
                      "        self.kept_key = self.kept_forward_key();\n");
    if (entry == ENTRY_PREPARE)
        fprintf(file, "        self.kept_given = Some(self.kept_given_key());\n");
    fprintf(file, "        Ok(())\n    }\n");
}

static void write_patterns(const struct rust_writer *w)
{
    const struct function *function = w->function;
    for (size_t i = 0; i < function->members_count; i++) {
        const struct member *member = &function->members[i];
        if (!member->pattern)
            continue;
        const struct pattern_names names = pattern_names(w->arena, function, member);
        const char *const tables[] = {names.starts, names.rows, names.columns};
        for (int t = 0; t < 3; t++) {
            fprintf(w->file, "\n/// Where the non-zeros of %s stand.\npub fn %s() -> &'static [i32] {\n",
                    member->name, tables[t]);
            if (t == 0)
                fprintf(w->file, "    unsafe { &c::%s }\n}\n", tables[t]);
            else
                fprintf(w->file, "    unsafe { &c::%s[..%zu] }\n}\n", tables[t], member->pattern->count);
        }
    }
}

static void write_model(const struct rust_writer *w)
{
    const struct function *function = w->function;
    declare_fields(w);
    fprintf(w->file, "\nimpl %s {\n", w->model);
    write_constructor(w);
    write_defaults(w);
    write_numbers(w);
    write_inputs(w);
    if (function->entries[ENTRY_BACKWARD])
        write_key(w, "kept_forward_key", false);
    if (has_prepare(function))
        write_key(w, "kept_given_key", true);
    for (int e = 0; e < ENTRY_COUNT; e++)
        if (has_entry(function, (enum entry)e))
            write_entry(w, (enum entry)e);
    fprintf(w->file, "}\n");
    write_patterns(w);
}

void emit_rust(FILE *file, const struct module *module, const char *header_name)
{
    const char *slash = strrchr(module->source->path, '/');
    fprintf(
        file,
        "// Emitted by gradc from %s: safe wrappers of the functions of %s, whose C is linked with this.\n%s",
        slash ? slash + 1 : module->source->path, header_name, rust_text);
    fprintf(file, "\nmod c {\n    use super::*;\n\n");
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < module->functions_count; i++) {
            struct rust_writer w = {file, module->arena, module, module->functions[i], model_name(module, i)};
            if (pass == 1) {
                write_model(&w);
                continue;
            }
            declare_struct(&w);
            declare_entries(&w);
        }
        if (pass == 0)
            fprintf(file, "}\n");
    }
}
