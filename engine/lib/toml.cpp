// SPDX-License-Identifier: Apache-2.0
/* The library reports by exceptions; none of them leaves this file. */
#include "lib/toml.h"

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <toml++/toml.h>
#include <vector>

struct toml_node {
	enum toml_type type = TOML_OTHER;
	size_t line = 1;
	std::string text;              /* of a string */
	std::vector<std::string> keys; /* of a table, sorted */
	std::vector<std::unique_ptr<toml_node>> values;
};

struct toml_doc {
	toml_node root;
};

namespace
{
constexpr size_t text_max = size_t{ 64 } << 20;

void copy(toml_node &out, const toml::node &in)
{
	out.line = in.source().begin.line != 0 ? in.source().begin.line : 1;
	if (const auto *text = in.as_string()) {
		out.type = TOML_STRING;
		out.text = text->get();
	} else if (const auto *list = in.as_array()) {
		out.type = TOML_LIST;
		for (const auto &v : *list) {
			out.values.push_back(std::make_unique<toml_node>());
			copy(*out.values.back(), v);
		}
	} else if (const auto *table = in.as_table()) {
		out.type = TOML_TABLE;
		for (const auto &[key, v] : *table) {
			out.keys.emplace_back(key.str());
			out.values.push_back(std::make_unique<toml_node>());
			copy(*out.values.back(), v);
		}
	}
}

enum err_code parse(toml_doc **out, std::string_view text, const char *name,
                    struct err *err)
{
	try {
		auto doc = std::make_unique<toml_doc>();

		copy(doc->root, toml::parse(text));
		*out = doc.release();
		return ERR_OK;
	} catch (const toml::parse_error &e) {
		return err_set(err, ERR_CORRUPT, "%s:%u:%u: %.*s", name,
		               static_cast<unsigned>(e.source().begin.line),
		               static_cast<unsigned>(e.source().begin.column),
		               static_cast<int>(e.description().size()),
		               e.description().data());
	} catch (const std::bad_alloc &) {
		return err_nomem(err);
	}
}
} // namespace

enum err_code toml_parse(struct toml_doc **out, struct span text, const char *name,
                         struct err *err)
{
	if (text.len > text_max)
		return err_set(err, ERR_LIMIT, "%s: larger than 64 MiB", name);
	if (text.len == 0)
		return parse(out, std::string_view(), name, err);
	return parse(out, std::string_view(text.ptr, text.len), name, err);
}

void toml_free(struct toml_doc *doc)
{
	delete doc;
}

const struct toml_node *toml_root(const struct toml_doc *doc)
{
	return &doc->root;
}

enum toml_type toml_type(const struct toml_node *n)
{
	return n != nullptr ? n->type : TOML_OTHER;
}

const char *toml_string(const struct toml_node *n)
{
	return n != nullptr && n->type == TOML_STRING ? n->text.c_str() : nullptr;
}

size_t toml_count(const struct toml_node *n)
{
	return n != nullptr ? n->values.size() : 0;
}

const struct toml_node *toml_at(const struct toml_node *n, size_t i)
{
	return i < toml_count(n) ? n->values[i].get() : nullptr;
}

const char *toml_key_at(const struct toml_node *n, size_t i)
{
	return n != nullptr && i < n->keys.size() ? n->keys[i].c_str() : nullptr;
}

const struct toml_node *toml_get(const struct toml_node *n, const char *key)
{
	for (size_t i = 0; n != nullptr && i < n->keys.size(); i++)
		if (n->keys[i] == key)
			return n->values[i].get();
	return nullptr;
}

size_t toml_line(const struct toml_node *n)
{
	return n != nullptr ? n->line : 1;
}
