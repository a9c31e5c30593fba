package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// subject names what is planned, by one of its attributes. What is going to be destroyed is known from the state.
func subject(ctx context.Context, asked resource.ModifyPlanRequest, attribute string) types.String {
	var named types.String
	if asked.Plan.Raw.IsNull() {
		asked.State.GetAttribute(ctx, path.Root(attribute), &named)
	} else {
		asked.Plan.GetAttribute(ctx, path.Root(attribute), &named)
	}
	return named
}
