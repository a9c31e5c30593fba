package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// fileResource is lab_file: a real file, with a secret in it.
type fileResource struct{ lab }

func (*fileResource) Metadata(_ context.Context, _ resource.MetadataRequest, reply *resource.MetadataResponse) {
	reply.TypeName = "lab_file"
}

func (*fileResource) Schema(_ context.Context, _ resource.SchemaRequest, reply *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	reply.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":      schema.StringAttribute{Computed: true, PlanModifiers: keep},
		"path":    schema.StringAttribute{Required: true, PlanModifiers: replace},
		"content": schema.StringAttribute{Optional: true},
		"secret":  schema.StringAttribute{Optional: true, Sensitive: true},
		"digest":  schema.StringAttribute{Computed: true, Description: "The SHA-256 of what is in the file."},
	}}
}

func (r *fileResource) Configure(_ context.Context, asked resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.of(asked.ProviderData)
}

func (r *fileResource) ModifyPlan(ctx context.Context, asked resource.ModifyPlanRequest, reply *resource.ModifyPlanResponse) {
	r.begin(ctx, &reply.Diagnostics, "plan", subject(ctx, asked, "path"))
}

func (r *fileResource) Read(ctx context.Context, asked resource.ReadRequest, reply *resource.ReadResponse) {
	var known file
	reply.Diagnostics.Append(asked.State.Get(ctx, &known)...)
	r.begin(ctx, &reply.Diagnostics, "read", known.Path)
	if reply.Diagnostics.HasError() {
		return
	}
	isThere, err := known.look()
	switch {
	case err != nil:
		reply.Diagnostics.AddError("The file can't be read", err.Error())
	case isThere:
		reply.Diagnostics.Append(reply.State.Set(ctx, &known)...)
	default:
		reply.State.RemoveResource(ctx)
	}
}

func (r *fileResource) Create(ctx context.Context, asked resource.CreateRequest, reply *resource.CreateResponse) {
	r.make(ctx, &reply.Diagnostics, asked.Plan, &reply.State)
}

func (r *fileResource) Update(ctx context.Context, asked resource.UpdateRequest, reply *resource.UpdateResponse) {
	r.make(ctx, &reply.Diagnostics, asked.Plan, &reply.State)
}

func (r *fileResource) make(ctx context.Context, all *diag.Diagnostics, plan tfsdk.Plan, state *tfsdk.State) {
	var planned file
	all.Append(plan.Get(ctx, &planned)...)
	r.apply(ctx, all, planned.Path, planned.Secret, planned.write)
	if !all.HasError() {
		all.Append(state.Set(ctx, &planned)...)
	}
}

func (r *fileResource) Delete(ctx context.Context, asked resource.DeleteRequest, reply *resource.DeleteResponse) {
	var known file
	reply.Diagnostics.Append(asked.State.Get(ctx, &known)...)
	r.apply(ctx, &reply.Diagnostics, known.Path, known.Secret, known.remove)
}

func (*fileResource) ImportState(ctx context.Context, asked resource.ImportStateRequest, reply *resource.ImportStateResponse) {
	resource.ImportStatePassthroughID(ctx, path.Root("path"), asked, reply)
}
