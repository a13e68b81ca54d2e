// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

void flow_image(struct flow *f, const struct yaml *image)
{
	const char *text = yaml_text(image);
	struct span name = flow_text(f, image);

	/* What is filled in later cannot be judged here. */
	if (name.len == 0 || span_find(name, SPAN_LIT("@sha256:")) != name.len ||
	    span_find_byte(name, '$') != name.len ||
	    span_find(name, SPAN_LIT("{{")) != name.len || span_eq_str(name, "scratch"))
		return;
	flow_report(f, "unpinned-images", image, NULL,
	            "the image %s may be another one tomorrow: name it by digest", text);
}
