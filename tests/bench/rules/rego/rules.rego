# The four rules of the bench, as conftest and opa exec judge by them. tollgate judges the same Deployments by its own
# plugins; the bench compares what was found before it measures anything.
package bench

import rego.v1

pod := input.spec.template.spec

containers contains container if some container in pod.containers

containers contains container if some container in pod.initContainers

deny contains sprintf("image %s", [container.name]) if {
	some container in containers
	not is_pinned(container.image)
}

deny contains sprintf("limits %s", [container.name]) if {
	some container in containers
	not container.resources.limits.memory
}

deny contains sprintf("privileged %s", [container.name]) if {
	some container in containers
	container.securityContext.privileged
}

deny contains sprintf("non-root %s", [container.name]) if {
	some container in containers
	not runs_as_non_root(container)
}

is_pinned(image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)

is_pinned(image) if regex.match(`:[0-9a-f]{40}$`, image)

runs_as_non_root(container) if container.securityContext.runAsNonRoot

runs_as_non_root(container) if {
	pod.securityContext.runAsNonRoot
	not says_otherwise(container)
}

says_otherwise(container) if container.securityContext.runAsNonRoot == false
