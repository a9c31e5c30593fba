package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// bucketResource is lab_bucket: what policies look at, and nothing outside of the state.
type bucketResource struct{ lab }

type bucket struct {
	ID        types.String `tfsdk:"id"`
	Name      types.String `tfsdk:"name"`
	Encrypted types.Bool   `tfsdk:"encrypted"`
	Public    types.Bool   `tfsdk:"public"`
	Tags      types.Map    `tfsdk:"tags"`
}

func (*bucketResource) Metadata(_ context.Context, _ resource.MetadataRequest, reply *resource.MetadataResponse) {
	reply.TypeName = "lab_bucket"
}

func (*bucketResource) Schema(_ context.Context, _ resource.SchemaRequest, reply *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	reply.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":        schema.StringAttribute{Computed: true, PlanModifiers: keep},
		"name":      schema.StringAttribute{Required: true, PlanModifiers: replace},
		"encrypted": schema.BoolAttribute{Optional: true},
		"public":    schema.BoolAttribute{Optional: true},
		"tags":      schema.MapAttribute{Optional: true, ElementType: types.StringType},
	}}
}

func (r *bucketResource) Configure(_ context.Context, asked resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.of(asked.ProviderData)
}

func (r *bucketResource) ModifyPlan(ctx context.Context, asked resource.ModifyPlanRequest, reply *resource.ModifyPlanResponse) {
	r.begin(ctx, &reply.Diagnostics, "plan", subject(ctx, asked, "name"))
}

func (r *bucketResource) Read(ctx context.Context, asked resource.ReadRequest, reply *resource.ReadResponse) {
	var known bucket
	reply.Diagnostics.Append(asked.State.Get(ctx, &known)...)
	r.begin(ctx, &reply.Diagnostics, "read", known.Name)
}

func (r *bucketResource) Create(ctx context.Context, asked resource.CreateRequest, reply *resource.CreateResponse) {
	r.make(ctx, &reply.Diagnostics, asked.Plan, &reply.State)
}

func (r *bucketResource) Update(ctx context.Context, asked resource.UpdateRequest, reply *resource.UpdateResponse) {
	r.make(ctx, &reply.Diagnostics, asked.Plan, &reply.State)
}

func (r *bucketResource) make(ctx context.Context, all *diag.Diagnostics, plan tfsdk.Plan, state *tfsdk.State) {
	var planned bucket
	all.Append(plan.Get(ctx, &planned)...)
	r.apply(ctx, all, planned.Name, types.StringNull(), planned.make)
	if !all.HasError() {
		all.Append(state.Set(ctx, &planned)...)
	}
}

func (r *bucketResource) Delete(ctx context.Context, asked resource.DeleteRequest, reply *resource.DeleteResponse) {
	var known bucket
	reply.Diagnostics.Append(asked.State.Get(ctx, &known)...)
	r.apply(ctx, &reply.Diagnostics, known.Name, types.StringNull(), func() error { return nil })
}

func (b *bucket) make() error {
	b.ID = b.Name
	return nil
}
