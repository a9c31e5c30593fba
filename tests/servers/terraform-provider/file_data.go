package main

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// fileData is the data source lab_file: all that is in a file.
type fileData struct{ lab }

type content struct {
	Path    types.String `tfsdk:"path"`
	Content types.String `tfsdk:"content"`
}

func (*fileData) Metadata(_ context.Context, _ datasource.MetadataRequest, reply *datasource.MetadataResponse) {
	reply.TypeName = "lab_file"
}

func (*fileData) Schema(_ context.Context, _ datasource.SchemaRequest, reply *datasource.SchemaResponse) {
	reply.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"path":    schema.StringAttribute{Required: true},
		"content": schema.StringAttribute{Computed: true},
	}}
}

func (d *fileData) Configure(_ context.Context, asked datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.of(asked.ProviderData)
}

func (d *fileData) Read(ctx context.Context, asked datasource.ReadRequest, reply *datasource.ReadResponse) {
	var wanted content
	reply.Diagnostics.Append(asked.Config.Get(ctx, &wanted)...)
	d.begin(ctx, &reply.Diagnostics, "read", wanted.Path)
	if reply.Diagnostics.HasError() {
		return
	}
	bytes, err := os.ReadFile(wanted.Path.ValueString())
	if err != nil {
		reply.Diagnostics.AddError("The file can't be read", err.Error())
		return
	}
	wanted.Content = types.StringValue(string(bytes))
	reply.Diagnostics.Append(reply.State.Set(ctx, &wanted)...)
}
