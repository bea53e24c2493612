"""The names of matplotlib: what pyplot, figures, axes and the parts of them have, and the colour maps."""

from __future__ import annotations

NAMES = frozenset("""
    available library
    Annotation Arrow Artist ArtistList AutoLocator AxLine Axes Button Circle Colorizer ColorizingArtist Colormap
    Figure FigureBase FigureCanvasBase FigureManagerBase FixedFormatter FixedLocator FormatStrFormatter
    Formatter FuncFormatter GridSpec IndexLocator Line2D LinearLocator Locator LogFormatter LogFormatterExponent
    LogFormatterMathtext LogLocator MaxNLocator MouseButton MultipleLocator Normalize NullFormatter NullLocator
    OFFSETTEXTPAD PolarAxes Polygon Rectangle ScalarFormatter Slider Subplot SubplotSpec Text TickHelper Widget
    acorr add_artist add_axes add_axobserver add_callback add_child_axes add_collection add_collection3d
    add_container add_contour_set add_contourf_set add_gridspec add_image add_label add_label_near add_line
    add_lines add_patch add_subfigure add_subplot add_table align_labels align_titles align_xlabels
    align_ylabels allkinds allsegs alpha angle_spectrum anncoords annotate append_axes apply_aspect arc_spine
    arrow artists auto_scale_xyz autofmt_xdate autoscale autoscale_None autoscale_view available_backends ax
    axes axes3d axhline axhspan axis axis_date axis_name axison axline axvline axvspan azim bar bar3d bar_label
    barbs barh bbox blit bottoms box boxplot broken_barh button_pick_id bxp callbacks can_composite can_pan
    can_zoom canvas cax changed circular_spine cla clabel clear clf clim close cm cmap codes cohere collections
    color_sequences colorbar colorizer colormaps connect contains contains_point contains_points context contour
    contour3D contourf contourf3D convert_units convert_xunits convert_yunits convert_zunits converter count
    create_with_canvas csd cycler delaxes destroy device_pixel_ratio disable_mouse_rotation disconnect dist dpi
    drag_pan draggable draw drawStyleKeys drawStyles draw_all draw_artist draw_frame draw_idle
    draw_if_interactive draw_without_rendering ecdf elev end_pan errorbar eventplot events fig figaspect
    figimage figlegend fignum_exists figtext figure filetypes fill fillStyles fill_between fill_betweenx
    filled_markers find_nearest_contour findobj fixed_dpi flush_events format_coord format_cursor_data
    format_xdata format_ydata format_zdata formatter frameon from_dict full_screen_toggle gca gcf gci get get_aa
    get_adjustable get_agg_filter get_alignment get_alpha get_anchor get_angle get_animated get_anncoords
    get_annotation_clip get_antialiased get_antialiaseds get_array get_aspect get_autoscale_on get_autoscalex_on
    get_autoscaley_on get_autoscalez_on get_axes get_axes_locator get_axis_position get_axisbelow get_backend
    get_bbox get_bbox_patch get_bbox_to_anchor get_bounds get_box_aspect get_c get_capstyle get_center
    get_children get_clim get_clip_box get_clip_on get_clip_path get_cmap get_color get_constrained_layout
    get_constrained_layout_pads get_converter get_corners get_current_fig_manager get_cursor_data
    get_dash_capstyle get_dash_joinstyle get_dashes get_data get_data_interval get_data_ratio get_data_transform
    get_datalim get_default_bbox_extra_artists get_default_filename get_default_filetype get_default_handler_map
    get_dpi get_draggable get_drawstyle get_ds get_ec get_edgecolor get_edgecolors get_edgegapcolor get_extent
    get_extents get_facecolor get_facecolors get_family get_fc get_figheight get_figlabels get_fignums
    get_figure get_figwidth get_fill get_fillstyle get_filternorm get_filterrad get_font get_font_properties
    get_fontfamily get_fontfeatures get_fontname get_fontproperties get_fontsize get_fontstyle get_fontvariant
    get_fontweight get_forward_navigation_events get_frame get_frame_on get_frameon get_gapcolor get_geometry
    get_gid get_grid_positions get_gridlines get_gridspec get_ha get_hatch get_hatch_linewidth get_hatchcolor
    get_height get_height_ratios get_horizontalalignment get_images get_in_layout get_interpolation
    get_interpolation_stage get_inverted get_joinstyle get_label get_label_position get_label_text get_language
    get_layout_engine get_legend get_legend_handler get_legend_handler_map get_legend_handles_labels get_lines
    get_linespacing get_linestyle get_linestyles get_linewidth get_linewidths get_ls get_lw get_major_formatter
    get_major_locator get_major_ticks get_majorticklabels get_majorticklines get_majorticklocs get_marker
    get_markeredgecolor get_markeredgewidth get_markerfacecolor get_markerfacecoloralt get_markersize
    get_markevery get_math_fontfamily get_mec get_mew get_mfc get_mfcalt get_minor_formatter get_minor_locator
    get_minor_ticks get_minorticklabels get_minorticklines get_minorticklocs get_minpos get_mouseover get_ms
    get_name get_navigate get_navigate_mode get_offset_text get_offset_transform get_offsets get_parse_math
    get_patch_transform get_patches get_path get_path_effects get_paths get_picker get_pickradius get_position
    get_proj get_rasterization_zorder get_rasterized get_remove_overlapping_locs get_renderer get_resample
    get_rotation get_rotation_mode get_scale get_scale_names get_shape get_shared_x_axes get_shared_y_axes
    get_size get_size_inches get_sizes get_sketch_params get_snap get_solid_capstyle get_solid_joinstyle
    get_spine_transform get_stretch get_style get_subplot_params get_subplotspec get_supported_filetypes
    get_supported_filetypes_grouped get_suptitle get_supxlabel get_supylabel get_text get_texts get_tick_padding
    get_tick_params get_tick_space get_ticklabels get_ticklines get_ticklocs get_ticks get_ticks_direction
    get_ticks_position get_tight_layout get_tightbbox get_title get_transOffset get_transform
    get_transform_rotates_text get_transformed_clip_path_and_affine get_transforms get_unitless_position
    get_units get_url get_urls get_usetex get_va get_variant get_verticalalignment get_verts get_view_interval
    get_visible get_w_lims get_weight get_width get_width_height get_width_ratios get_window_extent
    get_window_title get_wrap get_x get_xaxis get_xaxis_text1_transform get_xaxis_text2_transform
    get_xaxis_transform get_xbound get_xdata get_xgridlines get_xinverted get_xlabel get_xlim get_xlim3d
    get_xmajorticklabels get_xmargin get_xminorticklabels get_xscale get_xticklabels get_xticklines get_xticks
    get_xy get_xydata get_y get_yaxis get_yaxis_text1_transform get_yaxis_text2_transform get_yaxis_transform
    get_ybound get_ydata get_ygridlines get_yinverted get_ylabel get_ylim get_ylim3d get_ymajorticklabels
    get_ymargin get_yminorticklabels get_yscale get_yticklabels get_yticklines get_yticks get_zaxis get_zbound
    get_zgridlines get_zinverted get_zlabel get_zlim get_zlim3d get_zmajorticklabels get_zmargin
    get_zminorticklabels get_zorder get_zscale get_zticklabels get_zticklines get_zticks getp ginput grab_mouse
    grid gridlines grouped_bar has_data have_units hexbin hist hist2d hlines images imsave imshow in_axes inaxes
    index indicate_inset indicate_inset_zoom inset_axes interactive invert_xaxis invert_yaxis invert_zaxis ioff
    ion isDefault_majfmt isDefault_majloc isDefault_minfmt isDefault_minloc is_dashed is_saving is_transform_set
    isinteractive items keys label_outer labels legend legend_elements limit_range_for_scale lineStyles
    linear_spine lines linestyles locally_modified_subplot_params locate_label locator locator_params loglog
    long_axis magnitude_spectrum major majorTicks make_image manager_class margins markers matshow minor
    minorTicks minorformatter minorlocator minorticks_off minorticks_on mouse_init mouseover mpl_connect
    mpl_disconnect n_rasterize name ncols new_figure_manager new_frame_seq new_manager new_saved_frame_seq
    new_subplotspec new_timer norm nrows number patches pause pchanged pcolor pcolorfast pcolormesh
    phase_spectrum pick pickable pickradius pie pie_label plot plot3D plot_surface plot_trisurf plot_wireframe
    polar pop pop_label popitem position_centers print_figure print_label properties psd pyplot_show quiver
    quiver3D quiverkey rc rcParams rcParamsDefault rcParamsOrig rc_context rcdefaults recache recache_always
    redraw_in_frame register_axis release_mouse relim remove remove_callback remove_overlapping_locs
    required_interactive_framework reset_position reset_ticks resize resume rgrids rotation_point save savefig
    sca scatter scatter3D sci scroll_pick_id secondary_xaxis secondary_yaxis semilogx semilogy semilogz set
    set_aa set_adjustable set_agg_filter set_alignment set_alpha set_anchor set_angle set_animated set_anncoords
    set_annotation_clip set_antialiased set_antialiaseds set_array set_aspect set_autoscale_on set_autoscalex_on
    set_autoscaley_on set_autoscalez_on set_axes_locator set_axis_off set_axis_on set_axisbelow
    set_backgroundcolor set_bbox set_bbox_to_anchor set_bounds set_box_aspect set_c set_canvas set_capstyle
    set_clim set_clip_box set_clip_on set_clip_path set_cmap set_color set_constrained_layout
    set_constrained_layout_pads set_converter set_cursor set_dash_capstyle set_dash_joinstyle set_dashes
    set_data set_data_interval set_default_handler_map set_default_intervals set_dpi set_draggable set_drawstyle
    set_ds set_ec set_edgecolor set_edgecolors set_edgegapcolor set_extent set_facecolor set_facecolors
    set_family set_fc set_figheight set_figure set_figwidth set_fill set_fillstyle set_filternorm set_filterrad
    set_font set_font_properties set_fontfamily set_fontfeatures set_fontname set_fontproperties set_fontsize
    set_fontstretch set_fontstyle set_fontvariant set_fontweight set_forward_navigation_events set_frame_on
    set_frameon set_gapcolor set_gid set_ha set_hatch set_hatch_linewidth set_hatchcolor set_height
    set_height_ratios set_horizontalalignment set_in_layout set_interpolation set_interpolation_stage
    set_inverted set_joinstyle set_label set_label_coords set_label_position set_label_text set_language
    set_layout_engine set_linespacing set_linestyle set_linestyles set_linewidth set_linewidths set_loc
    set_loglevel set_ls set_lw set_ma set_major_formatter set_major_locator set_marker set_markeredgecolor
    set_markeredgewidth set_markerfacecolor set_markerfacecoloralt set_markersize set_markevery
    set_math_fontfamily set_mec set_mew set_mfc set_mfcalt set_minor_formatter set_minor_locator set_mouseover
    set_ms set_multialignment set_name set_navigate set_navigate_mode set_ncols set_norm set_offset_transform
    set_offsets set_parse_math set_patch_arc set_patch_circle set_patch_line set_path_effects set_paths
    set_picker set_pickradius set_position set_proj_type set_prop_cycle set_rasterization_zorder set_rasterized
    set_remove_overlapping_locs set_resample set_rotation set_rotation_mode set_size set_size_inches set_sizes
    set_sketch_params set_snap set_solid_capstyle set_solid_joinstyle set_stretch set_style set_subplotspec
    set_text set_tick_params set_ticklabels set_ticks set_ticks_position set_tight_layout set_title set_top_view
    set_transOffset set_transform set_transform_rotates_text set_units set_url set_urls set_usetex set_va
    set_variant set_verticalalignment set_view_interval set_visible set_weight set_width set_width_ratios
    set_window_title set_wrap set_x set_xbound set_xdata set_xinverted set_xlabel set_xlim set_xlim3d
    set_xmargin set_xscale set_xticklabels set_xticks set_xy set_y set_ybound set_ydata set_yinverted set_ylabel
    set_ylim set_ylim3d set_ymargin set_yscale set_yticklabels set_yticks set_zbound set_zinverted set_zlabel
    set_zlim set_zlim3d set_zmargin set_zorder set_zscale set_zticklabels set_zticks setdefault setp shareview
    sharex sharey sharez show specgram spines spy stackplot stairs stale start_event_loop start_main_loop
    start_pan stem stem3D step sticky_edges stop_event_loop streamplot style subfigures subplot subplot2grid
    subplot_mosaic subplot_tool subplots subplots_adjust supports_blit suptitle supxlabel supylabel
    switch_backend table tables text text2D text3D texts thetagrids tick_bottom tick_left tick_params tick_right
    tick_top ticklabel_format tight_layout title to_html5_video to_jshtml to_rgba too_close tops transAxes
    transData tricontour tricontourf tripcolor triplot twinx twiny update update_bbox_position_size
    update_datalim update_default_handler_map update_from update_normal update_positions update_scalarmappable
    update_ticks update_units use use_sticky_edges values viewLim view_init violin violinplot vlines voxels
    waitforbuttonpress write_png xaxis xaxis_date xaxis_inverted xcorr xkcd xlabel xlim xscale xticks xy xyann
    xycoords yaxis yaxis_date yaxis_inverted ylabel ylim yscale yticks zaxis zaxis_date zaxis_inverted zorder
""".split())

COLORMAPS = frozenset(name + end for end in ("", "_r") for name in """
    Accent Blues BrBG BuGn BuPu CMRmap Dark2 GnBu Grays Greens Greys OrRd Oranges PRGn Paired Pastel1 Pastel2
    PiYG PuBu PuBuGn PuOr PuRd Purples RdBu RdGy RdPu RdYlBu RdYlGn Reds Set1 Set2 Set3 Spectral Wistia YlGn
    YlGnBu YlOrBr YlOrRd afmhot autumn berlin binary bone brg bwr cividis cool coolwarm copper cubehelix flag
    gist_earth gist_gray gist_grey gist_heat gist_ncar gist_rainbow gist_stern gist_yarg gist_yerg gnuplot
    gnuplot2 gray grey hot hsv inferno jet magma managua nipy_spectral ocean okabe_ito pink plasma prism rainbow
    seismic spring summer tab10 tab20 tab20b tab20c terrain turbo twilight twilight_shifted vanimo viridis
    winter
""".split())
