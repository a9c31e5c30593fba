package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// lab is what resources and data sources get from the provider's configuration.
type lab struct {
	switches switches
	token    token
}

// of takes what the provider gave. Nothing was given before it is configured.
func (l *lab) of(given any) {
	if configured, isOne := given.(*lab); isOne {
		*l = *configured
	}
}

func (l *lab) begin(ctx context.Context, all *diag.Diagnostics, phase string, subject types.String) {
	if err := l.switches.begin(ctx, phase, subject.ValueString()); err != nil {
		all.AddError("The "+phase+" does not begin", err.Error())
	}
}

// apply makes a side effect, unless a switch or the token is against it.
func (l *lab) apply(ctx context.Context, all *diag.Diagnostics, subject, secret types.String, effect func() error) {
	if all.HasError() {
		return
	}
	if err := l.token.mayWrite(); err != nil {
		all.AddError("The token may not write", err.Error())
		return
	}
	l.begin(ctx, all, "apply", subject)
	if all.HasError() {
		return
	}
	if reason, isOn := l.switches.value("fail-apply", subject.ValueString()); isOn {
		// What real providers do as well: they put into an error what they were asked to send.
		all.AddError("The apply fails", fmt.Sprintf("%s (was sent: %s)", reason, secret.ValueString()))
		return
	}
	if err := effect(); err != nil {
		all.AddError("The apply fails", err.Error())
		return
	}
	l.switches.crash("crash-apply-after", subject.ValueString())
}
