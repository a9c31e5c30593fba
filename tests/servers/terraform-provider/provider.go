package main

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type labProvider struct{}

// configuration is what stands in a provider block.
type configuration struct {
	Switches types.String `tfsdk:"switches"`
	Token    types.String `tfsdk:"token"`
}

func (*labProvider) Metadata(_ context.Context, _ provider.MetadataRequest, reply *provider.MetadataResponse) {
	reply.TypeName = "lab"
}

func (*labProvider) Schema(_ context.Context, _ provider.SchemaRequest, reply *provider.SchemaResponse) {
	reply.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"switches": schema.StringAttribute{
			Optional:    true,
			Description: "The directory whose files make the provider misbehave; else the variable LAB_SWITCHES.",
		},
		"token": schema.StringAttribute{
			Optional:    true,
			Sensitive:   true,
			Description: "Who asks; else the variable LAB_TOKEN. Who has the token \"read\" changes nothing.",
		},
	}}
}

func (*labProvider) Configure(ctx context.Context, asked provider.ConfigureRequest, reply *provider.ConfigureResponse) {
	var given configuration
	reply.Diagnostics.Append(asked.Config.Get(ctx, &given)...)
	if reply.Diagnostics.HasError() {
		return
	}
	made := &lab{
		switches: switches(orVariable(given.Switches, "LAB_SWITCHES")),
		token:    token(orVariable(given.Token, "LAB_TOKEN")),
	}
	if err := made.token.isTaken(made.switches); err != nil {
		reply.Diagnostics.AddError("The token is not taken", err.Error())
		return
	}
	reply.ResourceData, reply.DataSourceData = made, made
}

func (*labProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &fileResource{} },
		func() resource.Resource { return &bucketResource{} },
	}
}

func (*labProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &fileData{} }}
}

func orVariable(given types.String, variable string) string {
	if value := given.ValueString(); value != "" {
		return value
	}
	return os.Getenv(variable)
}
