// A Terraform provider for tests: it writes real files, and misbehaves where a file tells it to.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

const address = "example.com/tollgate/lab"

func main() {
	made := func() provider.Provider { return &labProvider{} }
	if err := providerserver.Serve(context.Background(), made, providerserver.ServeOpts{Address: address}); err != nil {
		log.Fatal(err)
	}
}
